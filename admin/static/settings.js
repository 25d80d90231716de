// The settings page: find by words, mark what was changed and not saved.
(() => {
  const form = document.getElementById("settings"), find = document.getElementById("find");
  if (!form) return;
  const settings = [...form.querySelectorAll(".setting")], groups = [...form.querySelectorAll(".group")];
  const unsaved = document.getElementById("unsaved"), none = document.getElementById("none-found");

  const plain = (text) => text.toLowerCase().normalize("NFKD").replace(/\p{M}/gu, "");
  if (find) {
    find.hidden = false;
    find.addEventListener("input", () => {
      const words = plain(find.value).split(/\s+/).filter(Boolean);
      for (const setting of settings) {
        const group = setting.closest(".group").querySelector("legend").textContent;
        const text = plain(`${group} ${setting.textContent} ${setting.id}`);
        setting.hidden = !words.every((word) => text.includes(word));
      }
      for (const group of groups) group.hidden = !group.querySelector(".setting:not([hidden])");
      if (none) none.hidden = settings.some((setting) => !setting.hidden);
    });
  }

  const state = (field) => (field.type === "checkbox" ? String(field.checked) : field.value);
  const fields = [...form.querySelectorAll("input:not([type=hidden]), select, textarea")];
  const before = new Map(fields.map((field) => [field, state(field)]));
  function mark() {
    let changed = 0;
    for (const field of fields) {
      const differs = before.get(field) !== state(field);
      field.closest(".setting, .part, tr")?.classList.toggle("unsaved", differs);
      changed += differs;
    }
    if (unsaved) unsaved.textContent = changed === 0 ? "" : changed === 1 ? unsaved.dataset.one : unsaved.dataset.many.replace("{n}", String(changed));
    return changed;
  }
  form.addEventListener("input", mark);
  // "Use the default" saves one setting: what was typed into others would be gone.
  let leaving = false;
  form.addEventListener("submit", ({ submitter }) => {
    mark();
    const others = [...form.querySelectorAll(".unsaved")].filter((part) => !part.contains(submitter));
    leaving = !submitter?.hasAttribute("formaction") || !others.length;
  });
  addEventListener("beforeunload", (event) => { if (!leaving && mark()) event.preventDefault(); });
})();

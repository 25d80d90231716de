// Keys: one letter each outside of fields (they can be switched off), Ctrl/⌘-K everywhere.
"use strict";

(function () {
  const { root, walk } = window.moca;
  const $ = (id) => document.getElementById(id);
  const single = document.body.dataset.keys === "on";
  const typing = (node) => node.closest?.("input:not([type=checkbox], [type=radio]), textarea, select, dialog");

  function step(by) {
    const links = [...document.querySelectorAll("#list-body .row-link")];
    if (!links.length) return;
    const focused = links.indexOf(document.activeElement);
    const current = focused >= 0 ? focused : links.findIndex((link) => link.getAttribute("aria-current"));
    const next = links[Math.min(Math.max(current + by, 0), links.length - 1)];
    next.focus();
    next.click();
  }
  const press = (key) => document.querySelector(`#thread-head [data-key="${key}"]`)?.click();
  function write(kind) {
    const radio = document.querySelector(`#composer input[value=${kind}]`);
    if (radio && !radio.disabled) radio.checked = true;
    radio?.dispatchEvent(new Event("change", { bubbles: true }));
    $("text")?.focus();
  }
  const help = () => $("help").showModal();

  const keys = {
    KeyJ: () => step(1), KeyK: () => step(-1), KeyR: () => write("reply"), KeyN: () => write("note"),
    KeyT: () => press("t"), KeyE: () => press("e"),
  };
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.code === "KeyK") { event.preventDefault(); palette(); return; }
    if (event.altKey && (event.code === "KeyJ" || event.code === "KeyK") && !event.ctrlKey) {
      event.preventDefault();
      keys[event.code]();
      return;
    }
    if (!single || event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    if (event.key === "?") { event.preventDefault(); help(); return; }
    if (event.key === "/") { event.preventDefault(); $("q")?.focus(); return; }
    if (keys[event.code] && !event.shiftKey) { event.preventDefault(); keys[event.code](); }
  });

  // ── the palette ────────────────────────────────────────────────────────────────────────────
  const nameOf = (link) => {
    const read = [...link.childNodes].filter((node) => !node.matches?.("[aria-hidden=true], .count"));
    return read.map((node) => node.textContent).join("").trim();
  };
  const commands = () => {
    const go = [...document.querySelectorAll(".rail a[href]:not(.brand), .tabs a[href]")].map((link) => [
      say("go_to", { place: nameOf(link) }),
      () => link.click(),
    ]);
    const acts = $("thread") ? [
      [say("write_reply"), () => write("reply")], [say("write_note"), () => write("note")],
      [$("thread").dataset.owner === "human" ? say("hand_back") : say("take_over"), () => press("t")],
      [$("thread").dataset.status === "closed" ? say("reopen") : say("close"), () => press("e")],
    ] : [];
    return [...acts, ...go, [say("next"), () => step(1)], [say("search"), () => $("q")?.focus()], [say("keys"), help]];
  };
  function palette() {
    const box = $("palette");
    if (box.open) { box.close(); return; }
    $("palette-input").value = "";
    show("");
    box.showModal();
    $("palette-input").focus();
  }
  function show(text) {
    const words = text.toLowerCase();
    $("palette-list").replaceChildren(...commands().filter(([name]) => name.toLowerCase().includes(words)).map(([name, act], n) => {
      const item = document.createElement("li");
      item.textContent = name;
      item.setAttribute("role", "option");
      item.setAttribute("aria-selected", n === 0 ? "true" : "false");
      item.take = () => { $("palette").close(); setTimeout(act, 0); };
      item.addEventListener("click", item.take);
      return item;
    }));
  }
  $("palette-input").addEventListener("input", (event) => show(event.target.value));
  $("palette-input").addEventListener("keydown", (event) => {
    if (event.key !== "Escape" && event.key !== "Tab") { walk(event, $("palette-list")); }
  });
})();

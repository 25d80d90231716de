// The file beside a reply: chosen, pasted or dropped, looked at before it is sent, and kept when
// sending fails.
"use strict";

(function () {
  const $ = (id) => document.getElementById(id);
  let held = null, preview = "";
  document.body.classList.add("js");

  const current = () => $("file")?.files[0];
  const thread = () => $("thread")?.dataset.thread;
  const note = () => Boolean(document.querySelector("#composer input[value=note]:checked"));

  function wrong(file) {
    const { otherSort, tooLarge, noFile, largest } = $("attached").dataset, sizes = JSON.parse(largest);
    if (note()) return noFile;
    if (file.type && !$("file").accept.split(",").includes(file.type)) return otherSort;
    return file.size > (sizes[file.type.split("/")[0]] ?? sizes.file) ? tooLarge : "";
  }
  function tell(words) {
    const problem = $("composer-problem");
    problem.textContent = words;
    problem.hidden = !words;
  }
  function chosen() {
    const file = current(), words = file ? wrong(file) : "";
    tell(words);
    if (words) $("file").value = "";
    show();
  }
  function show() {
    const box = $("attached"), file = current();
    if (!box) return;
    URL.revokeObjectURL(preview);
    box.hidden = !file;
    const place = box.querySelector(".attached-picture");
    place.replaceChildren();
    if (!file) return;
    preview = URL.createObjectURL(file);
    if (file.type.startsWith("image/")) {
      const picture = document.createElement("img");
      picture.alt = "";
      picture.src = preview;
      place.append(picture);
    }
    box.querySelector(".attached-name").textContent = file.name;
    box.querySelector(".attached-size").textContent = file.size >= 1e6 ? `${(file.size / 1e6).toFixed(1)} MB` : `${Math.max(1, Math.round(file.size / 1e3))} KB`;
    box.querySelector("progress").hidden = true;
  }
  function give(file) {
    if (!$("file") || !file) return;
    const carried = new DataTransfer();
    carried.items.add(file);
    $("file").files = carried.files;
    chosen();
    $("text").focus();
  }

  document.addEventListener("change", (event) => {
    if (event.target.id === "file" || event.target.name === "kind") { chosen(); $("text").focus(); }
  });
  document.addEventListener("click", (event) => {
    if (!event.target.closest("#unattach")) return;
    $("file").value = "";
    chosen();
    $("text").focus();
  });
  document.addEventListener("paste", (event) => {
    const file = event.target.id === "text" && event.clipboardData.files[0];
    if (file) { event.preventDefault(); give(file); }
  });
  const carries = (event) => $("composer") && [...(event.dataTransfer?.types || [])].includes("Files");
  document.addEventListener("dragover", (event) => {
    if (!carries(event)) return;
    event.preventDefault();
    $("composer").classList.add("dropping");
  });
  document.addEventListener("dragleave", (event) => { if (!event.relatedTarget) $("composer")?.classList.remove("dropping"); });
  document.addEventListener("drop", (event) => {
    if (!carries(event)) return;
    event.preventDefault();
    $("composer").classList.remove("dropping");
    give(event.dataTransfer.files[0]);
  });

  document.addEventListener("htmx:xhr:progress", (event) => {
    const bar = $("attached")?.querySelector("progress");
    if (event.target.id !== "composer" || !current() || !event.detail.lengthComputable) return;
    bar.hidden = false;
    bar.value = 100 * event.detail.loaded / event.detail.total;
    $("attached").querySelector(".attached-size").textContent = $("attached").dataset.sending;
  });
  // What replaces the composer replaces its file too; only a message that went takes it along.
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (!["pane", "composer"].includes(event.detail.target.id)) return;
    if (!event.detail.shouldSwap) return;
    const went = event.detail.requestConfig.elt.id === "composer" && event.detail.xhr.status < 400;
    held = current() && !went ? { thread: thread(), file: current() } : null;
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    if (!["pane", "composer"].includes(event.detail.target.id)) return;
    if (held && held.thread === thread()) {
      const words = $("composer-problem").textContent;
      give(held.file);
      if (words) tell(words);
    }
    held = null;
  });
  document.addEventListener("htmx:afterRequest", (event) => { if (event.target.id === "composer") show(); });
  show();
})();

// What is written: kept, counted, sent, and begun by a canned answer.
"use strict";

(function () {
  const { root, here, post } = window.moca;
  const body = document.body;
  const $ = (id) => document.getElementById(id);
  const encoder = new TextEncoder();

  // ── what was typed ─────────────────────────────────────────────────────────────────────────
  // It outlives the composer, whatever takes that away; only a message under way is not kept.
  const drafts = new Map();
  const kind = () => document.querySelector("#composer input[name=kind]:checked")?.value;
  function keep() {
    const text = $("text");
    if (!text) return;
    if (text.value && !$("composer").classList.contains("sending")) drafts.set(here(), { text: text.value, kind: kind() });
    else drafts.delete(here());
  }
  function restore() {
    const text = $("text"), draft = drafts.get(here());
    if (draft && text && !text.value) {
      text.value = draft.text;
      choose(draft.kind);
      drafts.delete(here());
    }
    counted();
  }
  function choose(wanted) {
    const radio = document.querySelector(`#composer input[value=${wanted}]`);
    if (!radio || radio.disabled || radio.checked) return;
    radio.checked = true;
    chosen();
  }
  function chosen() {
    const text = $("text");
    [text.placeholder, text.dataset.other] = [text.dataset.other, text.placeholder];
    counted();
  }
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.target.id === "pane" && event.detail.shouldSwap) keep();
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target.id === "pane") restore(); else counted();
  });

  // ── how long it is ─────────────────────────────────────────────────────────────────────────
  let asked;
  function counted() {
    const text = $("text"), shown = $("bytes");
    if (!text || !shown) return;
    const size = encoder.encode(text.value.trim()).length;
    const reply = kind() !== "note";
    shown.textContent = reply ? say("bytes", { bytes: size }) : say("characters", { count: text.value.length });
    shown.classList.toggle("over", reply && size > 1000);
    clearTimeout(asked);
    const split = $("split");
    if (!reply || size <= 1000) { split.replaceChildren(); return; }
    asked = setTimeout(() => {
      fetch($("composer").dataset.split, {
        method: "POST", credentials: "same-origin",
        body: new URLSearchParams({ csrf: body.dataset.csrf, text: text.value }),
      }).then((r) => (r.ok ? r.text() : "")).then((html) => htmx.swap(split, html, { swapStyle: "innerHTML" }));
    }, 300);
  }

  let told = 0;
  document.addEventListener("input", (event) => {
    if (event.target.id !== "text") return;
    counted();
    offer();
    if (here() && Date.now() - told > 4000) {
      told = Date.now();
      post("/live/here", { thread: here(), typing: "1" });
    }
  });
  document.addEventListener("change", (event) => {
    if (event.target.name !== "kind") return;
    chosen();
    $("text").focus();
  });

  // ── on its way ─────────────────────────────────────────────────────────────────────────────
  // While an answer is awaited nothing can be typed that it would take away; the keys stay in the
  // box, where they are not those of the desk. An element that is gone hears no event of htmx's.
  document.addEventListener("htmx:beforeRequest", (event) => {
    const { elt, xhr } = event.detail;
    if (elt.id !== "composer" && elt.id !== "suggest") return;
    const form = elt.closest("form"), text = $("text"), thread = here();
    const sent = elt === form && { thread, text: text.value, kind: kind(), name: $("thread-head").querySelector("h1").textContent };
    text.readOnly = true;
    if (sent) status("sending");
    form.classList.toggle("sending", Boolean(sent));
    xhr.addEventListener("loadend", () => {
      text.readOnly = false;
      form.classList.remove("sending");
      const went = xhr.status >= 200 && xhr.status < 400;
      if (sent && !went && form.dataset.left) refused(sent, xhr);
      if (here() !== thread) return;
      if (sent) status(went ? "" : "not_sent", say("sending"));
      $("text")?.focus();
    });
  });
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { target, shouldSwap, requestConfig } = event.detail, form = $("composer");
    if (target.id === "pane" && shouldSwap && form && form !== requestConfig.elt) form.dataset.left = "true";
  });
  function status(word, only) {
    const shown = $("present");
    if (shown && (only === undefined || shown.textContent === only)) shown.textContent = word && say(word);
  }
  // Whoever has gone on to another conversation hears of it, and finds the words where they were.
  function refused({ thread, text, kind, name }, xhr) {
    drafts.set(thread, { text, kind });
    restore();
    const answer = new DOMParser().parseFromString(xhr.responseText, "text/html");
    const reason = answer.querySelector("#composer-problem, .notice")?.textContent || "";
    const notice = document.createElement("p");
    notice.className = "notice bad";
    notice.textContent = `${say("unsent", { name })} ${reason}`;
    $("notices").replaceChildren(notice);
  }

  document.addEventListener("keydown", (event) => {
    if (event.target.id !== "text") return;
    if (!$("canned").hidden && walk(event, $("canned"))) return;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      $("composer").requestSubmit();
    }
  });

  // ── canned answers ─────────────────────────────────────────────────────────────────────────
  let answers = { of: "", list: [] };
  async function offer() {
    const text = $("text"), list = $("canned");
    const match = /^\/([\p{L}\p{N}_-]*)$/u.exec(text.value);
    if (!match) { list.hidden = true; return; }
    const where = $("composer").dataset.canned;
    if (answers.of !== where) {
      const answer = await fetch(where, { credentials: "same-origin" });
      if (!answer.ok) return;
      answers = { of: where, list: (await answer.json()).answers };
    }
    const fitting = answers.list.filter((a) => a.name.startsWith(match[1].toLowerCase()));
    list.replaceChildren(...fitting.map((a, n) => {
      const item = document.createElement("li");
      const name = document.createElement("strong");
      name.textContent = "/" + a.name;
      item.append(name, a.text.slice(0, 90));
      item.setAttribute("role", "option");
      item.setAttribute("aria-selected", n === 0 ? "true" : "false");
      item.addEventListener("mousedown", (event) => { event.preventDefault(); take(a.text); });
      item.take = () => take(a.text);
      return item;
    }));
    list.hidden = !fitting.length;
  }
  function take(words) {
    $("text").value = words;
    $("canned").hidden = true;
    counted();
  }
  // Arrow keys, Enter and Escape in a list of choices; true where the key was for the list.
  function walk(event, list) {
    const items = [...list.children];
    const at = items.findIndex((i) => i.getAttribute("aria-selected") === "true");
    const go = (to) => {
      items.forEach((item, n) => item.setAttribute("aria-selected", n === to ? "true" : "false"));
      items[to]?.scrollIntoView({ block: "nearest" });
    };
    if (event.key === "ArrowDown") go(Math.min(at + 1, items.length - 1));
    else if (event.key === "ArrowUp") go(Math.max(at - 1, 0));
    else if (event.key === "Enter" || event.key === "Tab") items[at]?.take();
    else if (event.key === "Escape") list.hidden = true;
    else return false;
    event.preventDefault();
    return true;
  }
  window.moca.walk = walk;

  restore();
})();

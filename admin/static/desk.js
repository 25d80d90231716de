// The desk: the composer, the scroll of the log, the ticked rows. Every act also works without this.
"use strict";

(function () {
  const body = document.body;
  const root = body.dataset.root || "";
  const $ = (id) => document.getElementById(id);
  const encoder = new TextEncoder();

  document.addEventListener("htmx:configRequest", (event) => {
    event.detail.headers["X-CSRF-Token"] = body.dataset.csrf;
  });

  // ── the log ────────────────────────────────────────────────────────────────────────────────
  const atEnd = () => {
    const log = $("log-scroll");
    return !log || log.scrollHeight - log.scrollTop - log.clientHeight < 80;
  };
  const toEnd = () => {
    const log = $("log-scroll");
    if (log) log.scrollTop = log.scrollHeight;
    const pill = $("new-pill");
    if (pill) { pill.hidden = true; pill.dataset.n = "0"; }
  };
  // Pictures grow when they have come: whoever reads at the end stays there.
  let stays = true, top = 0;
  document.addEventListener("scroll", (event) => {
    if (event.target.id !== "log-scroll") return;
    if (atEnd()) stays = true;
    else if (event.target.scrollTop < top) stays = false;
    top = event.target.scrollTop;
  }, true);
  const grown = new ResizeObserver(() => { if (stays) toEnd(); });
  window.moca = { atEnd, toEnd, root, post, markSeen };

  function post(path, fields) {
    const form = new URLSearchParams({ csrf: body.dataset.csrf, ...fields });
    return fetch(root + path, { method: "POST", body: form, credentials: "same-origin" });
  }

  let seen = "";
  function markSeen() {
    const thread = $("thread");
    if (!thread || document.visibilityState !== "visible") return;
    const now = thread.dataset.thread + ":" + thread.dataset.seq;
    if (now === seen) return;
    seen = now;
    post(`/conversations/${thread.dataset.thread}/seen`, { seq: thread.dataset.seq });
    const row = document.getElementById("row-" + thread.dataset.thread);
    if (row) { row.classList.remove("unread"); row.querySelector(".unread-count")?.remove(); }
  }

  function opened() {
    const thread = $("thread");
    body.classList.toggle("has-thread", Boolean(thread));
    if (!thread) return;
    document.querySelectorAll(".row-item").forEach((row) => {
      const current = row.dataset.thread === thread.dataset.thread;
      row.classList.toggle("current", current);
      const link = row.querySelector(".row-link");
      if (current) link.setAttribute("aria-current", "true"); else link.removeAttribute("aria-current");
    });
    grown.disconnect();
    grown.observe($("log"));
    stays = true;
    toEnd();
    markSeen();
    counted();
    restore();
  }

  // Older messages come in above: what is being read must not move.
  let height = 0;
  document.addEventListener("htmx:beforeSwap", (event) => {
    const log = $("log-scroll");
    if (event.detail.target.id === "older" && log) height = log.scrollHeight - log.scrollTop;
    if (event.detail.target.id === "pane") draft();
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    const log = $("log-scroll");
    if (height && log) {
      log.scrollTop = log.scrollHeight - height;
      height = 0;
      dropDoubleDays();
    }
    if (event.detail.target.id === "pane") opened(); else counted();
  });
  document.addEventListener("htmx:responseError", (event) => {
    if (event.detail.xhr.status === 401) location.reload();
  });

  function dropDoubleDays() {
    const known = new Set();
    document.querySelectorAll("#log [data-day]").forEach((day) => {
      if (known.has(day.id)) day.remove();
      known.add(day.id);
    });
  }
  window.moca.dropDoubleDays = dropDoubleDays;

  // ── the composer ───────────────────────────────────────────────────────────────────────────
  let drafted = null;
  function draft() {
    const text = $("text"), thread = $("thread");
    const sent = document.querySelector(".composer.sending");
    drafted = text && thread && !sent ? { id: thread.dataset.thread, text: text.value } : null;
  }
  function restore() {
    const text = $("text"), thread = $("thread");
    if (drafted && text && thread && drafted.id === thread.dataset.thread && !text.value) text.value = drafted.text;
    drafted = null;
    counted();
  }

  let asked;
  function counted() {
    const text = $("text"), shown = $("bytes");
    if (!text || !shown) return;
    const size = encoder.encode(text.value.trim()).length;
    const reply = !document.querySelector("#composer input[value=note]:checked");
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
    const thread = $("thread");
    if (thread && Date.now() - told > 4000) {
      told = Date.now();
      post("/live/here", { thread: thread.dataset.thread, typing: "1" });
    }
  });
  document.addEventListener("change", (event) => {
    if (event.target.name !== "kind") return;
    const text = $("text");
    [text.placeholder, text.dataset.other] = [text.dataset.other, text.placeholder];
    counted();
    text.focus();
  });
  document.addEventListener("submit", (event) => {
    if (event.target.id !== "composer") return;
    event.target.classList.add("sending");
    const status = $("present");
    if (status) status.textContent = say("sending");
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    const form = event.target.closest?.("#composer") || $("composer");
    form?.classList.remove("sending");
    const status = $("present");
    if (status && status.textContent === say("sending")) {
      status.textContent = event.detail.successful ? "" : say("not_sent");
    }
    if (event.target.id === "composer" && event.detail.successful) $("text")?.focus();
  });
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

  // ── small things ───────────────────────────────────────────────────────────────────────────
  document.addEventListener("click", (event) => {
    if (event.target.id === "new-pill") toEnd();
    document.querySelectorAll("details.menu.right[open]").forEach((menu) => {
      if (!menu.contains(event.target)) menu.open = false;
    });
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const menu = document.querySelector("details.menu.right[open]");
    if (menu) { menu.open = false; menu.querySelector("summary").focus(); }
    if (location.hash === "#details") location.hash = "#thread";
  });
  document.addEventListener("change", () => {
    const n = document.querySelectorAll(".tick input:checked").length;
    const shown = document.querySelector("[data-bulk-count]");
    if (shown) shown.textContent = say("ticked", { count: n });
  });
  document.addEventListener("visibilitychange", markSeen);
  const notices = $("notices");
  if (notices) new MutationObserver(fade).observe(notices, { childList: true });
  function fade() {
    const notice = notices.querySelector(".notice.good");
    if (notice && !notice.querySelector(".token")) setTimeout(() => notice.remove(), 5000);
  }
  fade();

  const notify = $("notify");
  if (notify && "Notification" in window && Notification.permission === "default") {
    notify.hidden = false;
    notify.addEventListener("click", () => Notification.requestPermission().then(() => { notify.hidden = true; }));
  }
  opened();
})();

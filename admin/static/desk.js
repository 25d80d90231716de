// The desk: which answer may come into the pane, the scroll of the log, the ticked rows. Every act
// also works without this.
"use strict";

(function () {
  const body = document.body;
  const root = body.dataset.root || "";
  const $ = (id) => document.getElementById(id);
  const here = () => $("thread")?.dataset.thread || "";

  document.addEventListener("htmx:configRequest", (event) => {
    event.detail.headers["X-CSRF-Token"] = body.dataset.csrf;
  });

  // ── the pane ───────────────────────────────────────────────────────────────────────────────
  // An answer belongs to the conversation that its address names: only the one chosen last may
  // come into the pane. While a message is on its way, its own answer brings whatever changed.
  let wanted = "";
  const names = (path, thread) => (path || "").split(/[/?]/).includes(thread);
  document.addEventListener("htmx:beforeRequest", (event) => {
    const { elt, xhr } = event.detail;
    if (!elt.matches(".row-link")) return;
    const chosen = wanted = elt.closest(".row-item").dataset.thread;
    xhr.addEventListener("loadend", () => { if (wanted === chosen) wanted = here(); });
  });
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { target, pathInfo, requestConfig: { elt } } = event.detail;
    if (target.id !== "pane") return;
    const sending = document.querySelector(".composer.sending");
    const early = sending && sending !== elt && wanted === here();
    if (!names(pathInfo.responsePath, wanted) || early) event.detail.shouldSwap = false;
    else leave(elt.id === "composer");
  });

  function opened() {
    const thread = $("thread");
    body.classList.toggle("has-thread", Boolean(thread));
    if (!thread) return;
    wanted = here();
    document.querySelectorAll(".row-item").forEach((row) => {
      const current = row.dataset.thread === wanted;
      row.classList.toggle("current", current);
      const link = row.querySelector(".row-link");
      if (current) link.setAttribute("aria-current", "true"); else link.removeAttribute("aria-current");
    });
    if (location.hash === "#details") location.replace("#details");  // shown for the new one too
    resume();
  }

  // ── the log ────────────────────────────────────────────────────────────────────────────────
  const log = () => $("log-scroll");
  const atEnd = () => !log() || log().scrollHeight - log().scrollTop - log().clientHeight < 80;
  function toEnd() {
    if (log()) { log().scrollTop = log().scrollHeight; top = log().scrollTop; }
    reached();
  }
  function reached() {
    const pill = $("new-pill");
    if (pill) { pill.hidden = true; pill.dataset.n = "0"; }
    markSeen();
  }
  // Pictures grow when they have come: whoever reads at the end stays there.
  let stays = true, top = 0;
  document.addEventListener("scroll", (event) => {
    if (event.target.id !== "log-scroll") return;
    if (atEnd()) { stays = true; reached(); } else if (event.target.scrollTop < top) stays = false;
    top = event.target.scrollTop;
  }, true);
  const grown = new ResizeObserver(() => { if (stays) toEnd(); });

  // The first line that is seen, and where, while the pane is exchanged; the last for who just wrote.
  let reading = {};
  const topOf = (node) => node.getBoundingClientRect().top;
  function leave(wrote) {
    reading = {};
    if (!log() || stays || wrote) return;
    const line = [...log().querySelectorAll("li[id]")].find((one) => one.getBoundingClientRect().bottom > topOf(log()));
    reading = { of: here(), line: line?.id, top: line && topOf(line) };
  }
  function resume() {
    grown.disconnect();
    grown.observe($("log"));
    stays = reading.of !== here();
    const line = !stays && $(reading.line);
    if (stays) toEnd(); else if (line) log().scrollTop += topOf(line) - reading.top;
  }

  const seen = new Map();
  function markSeen() {
    if (!$("thread") || document.visibilityState !== "visible") return;
    const { thread, seq } = $("thread").dataset;
    if (Number(seq) <= seen.get(thread)) return;
    seen.set(thread, Number(seq));
    post(`/conversations/${thread}/seen`, { seq });
    asSeen($("row-" + thread));
  }
  // A row may have been made before the server heard that its messages were seen.
  function asSeen(row) {
    if (!row || Number(row.dataset.seq) > (seen.get(row.dataset.thread) ?? -1)) return;
    row.classList.remove("unread");
    row.querySelector(".unread-count")?.remove();
  }
  document.addEventListener("visibilitychange", () => { if (atEnd()) markSeen(); });

  // Older messages come in above: what is being read must not move.
  let height = 0;
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.target.id === "older" && log()) height = log().scrollHeight - log().scrollTop;
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    if (height && log()) {
      log().scrollTop = log().scrollHeight - height;
      height = 0;
      dropDoubleDays();
    }
    document.querySelectorAll(".row-item").forEach(asSeen);
    if (event.detail.target.id === "pane") opened();
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

  function post(path, fields) {
    const form = new URLSearchParams({ csrf: body.dataset.csrf, ...fields });
    return fetch(root + path, { method: "POST", body: form, credentials: "same-origin" });
  }
  window.moca = { root, here, post, atEnd, toEnd, asSeen, dropDoubleDays };

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

// What changes while the page is open: one stream of events, only while somebody looks.
"use strict";

(function () {
  if (!document.body.classList.contains("desk")) return;
  const { root, here, post, atEnd, toEnd, asSeen } = window.moca;
  const $ = (id) => document.getElementById(id);
  const IDLE = 5 * 60 * 1000;
  let source = null, since = document.body.dataset.since, last = Date.now(), of = "";
  let work = Promise.resolve();

  function open() {
    close();
    of = here();
    source = new EventSource(`${root}/live?since=${encodeURIComponent(since)}&thread=${of}`);
    source.addEventListener("change", (event) => {
      const told = JSON.parse(event.data);
      if (told.present) present(told.present);
      next(() => changed(told.rows, event.lastEventId));
    });
    source.addEventListener("reload", anew);
    document.body.dataset.live = "on";
  }
  // One after the other. What could not be fetched is told again, by a stream that begins behind
  // the last change that was.
  function next(step) {
    const mine = source;
    work = work.then(() => (source === mine ? step() : null)).catch((error) => {
      console.warn("The feed begins anew:", error);
      if (source === mine) close();
    });
  }
  function close() {
    source?.close();
    source = null;
    document.body.dataset.live = "off";
  }
  function check() {
    const wanted = document.visibilityState === "visible" && Date.now() - last < IDLE;
    if (wanted && (!source || source.readyState === 2 || of !== here())) open();
    if (!wanted && source) close();
  }
  for (const kind of ["pointerdown", "keydown", "scroll", "focusin", "pointermove"]) {
    document.addEventListener(kind, () => { last = Date.now(); if (!source) check(); }, { capture: true, passive: true });
  }
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") last = Date.now();
    check();
  });
  // A pane that was asked for before a change was shown comes without it.
  const asked = new WeakMap();
  document.addEventListener("htmx:beforeRequest", (event) => asked.set(event.detail.xhr, since));
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target.id !== "pane") return;
    asServed();
    check();
    if (source && here() && asked.get(event.detail.xhr) !== since) next(() => thread(here()));
    presence();
  });
  setInterval(check, 2000);
  setInterval(presence, 12000);
  function presence() {
    const thread = here();
    if (thread && source && document.visibilityState === "visible") post("/live/here", { thread });
  }

  function present(people) {
    const shown = $("present");
    if (!shown || shown.textContent === say("sending")) return;
    const typing = people.filter((p) => p.typing).map((p) => p.name);
    const looking = people.filter((p) => !p.typing).map((p) => p.name);
    const parts = [];
    if (typing.length) parts.push(say(typing.length > 1 ? "typing_many" : "typing", { names: typing.join(", ") }));
    if (looking.length) parts.push(say(looking.length > 1 ? "looking_many" : "looking", { names: looking.join(", ") }));
    shown.textContent = parts.join(" · ");
  }

  async function changed(rows, until) {
    if (rows.some((row) => row.id === here())) await thread(here());
    if (rows.length) await refresh(rows);
    window.moca.called(rows);
    since = until || since;
  }

  // Parsing inert: markup that came from a template of ours, in which every text is escaped.
  async function part(path) {
    const answer = await fetch(root + path, { credentials: "same-origin" });
    if (!answer.ok) throw new Error(`${path.split("?")[0]} answered ${answer.status}`);
    // The whole: what begins with a <template> is put into its head.
    return new DOMParser().parseFromString(await answer.text(), "text/html").documentElement;
  }

  function view(more) {
    const tab = $("rows")?.dataset.tab || "all";
    return new URLSearchParams({ tab, ...Object.fromEntries(new URLSearchParams(location.search)), ...more });
  }
  // Too much has changed to tell it line by line; what was typed stays.
  function anew() {
    if (!$("text")?.value && !$("file")?.value) { location.reload(); return; }
    if (here()) next(() => thread(here()));
    if ($("rows")) htmx.ajax("GET", `${root}/search?${view()}`, { target: "#list-body" });
  }

  async function refresh(rows) {
    const found = await part(`/rows?${view({ ids: rows.map((row) => row.id).join(",") })}`), list = $("rows");
    found.querySelectorAll("template").forEach((counts) => counts.content.querySelectorAll("i").forEach((n) => {
      const shown = document.querySelector(`[data-count="${n.dataset.tab}"]`);
      if (shown) { shown.textContent = n.textContent; shown.hidden = n.textContent === "0"; }
    }));
    if (list) place(rows, found, list);  // what a search found stays as it is
  }
  function place(rows, found, list) {
    const fitting = new Map([...found.querySelectorAll(".row-item")].map((row) => [row.dataset.thread, row]));
    const waits = list.dataset.tab === "needs", more = list.querySelector(".more");
    for (const { id } of [...rows].reverse()) {
      const old = $("row-" + id), row = fitting.get(id);
      if (!row) { old?.remove(); continue; }
      const ticked = old?.querySelector(".tick input")?.checked;
      const focused = old?.contains(document.activeElement);
      if (ticked) row.querySelector(".tick input").checked = true;
      if (id === here()) row.classList.add("current");
      row.classList.add("arrived");
      asSeen(row);
      if (waits && old) old.replaceWith(row);
      else if (waits && more) continue;  // the last of all: "Show more" brings it
      else { old?.remove(); if (waits) list.append(row); else list.prepend(row); }
      htmx.process(row);
      if (focused) row.querySelector(".row-link").focus({ preventScroll: true });
    }
    $("none").hidden = Boolean(list.querySelector("li"));
  }

  // The lines as the server last sent them: the browser changes what is shown.
  let served = new Map();
  function asServed() {
    served = new Map([...document.querySelectorAll("#log > li")].map((line) => [line.id, line.innerHTML]));
  }
  function exchange(old, line) {
    if (served.get(line.id) === line.innerHTML || old.contains(document.activeElement)) return;
    served.set(line.id, line.innerHTML);
    carry(old.querySelector(".why-reply"), line.querySelector(".why-reply"));
    old.replaceWith(line);
    htmx.process(line);
  }
  // What somebody opened, loaded or began to write in it.
  function carry(old, why) {
    if (!old || !why) return;
    why.open = old.open;
    why.querySelector(".trace-here")?.replaceChildren(...old.querySelector(".trace-here").childNodes);
    const comment = old.querySelector("[name=comment]");
    if (comment.value !== comment.defaultValue) why.querySelector("[name=comment]").value = comment.value;
  }

  async function thread(id) {
    const found = await part(`/conversations/${id}/newest${location.search}`);
    if (here() !== id) return;
    const end = atEnd(), log = $("log"), newest = found.querySelector("[data-newest]");
    let arrived = 0;
    for (const line of [...newest.children]) {
      const old = $(line.id);
      if (old) {
        if (line.dataset.day === undefined) exchange(old, line);
        continue;
      }
      served.set(line.id, line.innerHTML);
      const after = [...log.children].find((other) => other.dataset.at && Date.parse(other.dataset.at) > Date.parse(line.dataset.at));
      log.insertBefore(line, after || null);
      htmx.process(line);
      if (line.classList.contains("them")) arrived += 1;
    }
    window.moca.dropDoubleDays();
    window.moca.look();
    const clock = found.querySelector("#window-clock");
    if (clock && clock.dataset.closes && !$("window-clock")?.dataset.closes) {
      // They wrote, and Instagram takes answers again: the composer as a whole is another one.
      await htmx.ajax("GET", `${root}/conversations/${id}${location.search}`, { target: "#pane" });
      return;
    }
    for (const piece of [clock, found.querySelector("#facts"), found.querySelector("#compose-hint")]) {
      if (piece) $(piece.id)?.replaceWith(piece);
    }
    const draft = found.querySelector("#draft");
    if (draft && !$("draft").contains(document.activeElement)) { $("draft").replaceWith(draft); htmx.process(draft); }
    const head = found.querySelector("#thread-head"), old = $("thread-head");
    if (head && old && !old.contains(document.activeElement) && !old.querySelector("details[open]")) {
      old.replaceWith(head);
      htmx.process(head);
    }
    Object.assign($("thread").dataset, { seq: newest.dataset.seq, owner: newest.dataset.owner, status: newest.dataset.status });
    if (end) toEnd(); else if (arrived) {
      const pill = $("new-pill");
      pill.dataset.n = String(Number(pill.dataset.n || 0) + arrived);
      pill.textContent = say("arrived", { count: pill.dataset.n });
      pill.hidden = false;
    }
  }

  asServed();
  check();
})();

// What changes while the page is open: one stream of events, only while somebody looks.
"use strict";

(function () {
  const list = document.getElementById("rows");
  if (!document.body.classList.contains("desk")) return;
  const { root, post, atEnd, toEnd, markSeen } = window.moca;
  const $ = (id) => document.getElementById(id);
  const IDLE = 5 * 60 * 1000;
  let source = null, since = document.body.dataset.since, last = Date.now(), of = "";

  const here = () => $("thread")?.dataset.thread || "";

  function open() {
    close();
    of = here();
    source = new EventSource(`${root}/live?since=${encodeURIComponent(since)}&thread=${of}`);
    source.addEventListener("change", (event) => {
      since = event.lastEventId || since;
      const told = JSON.parse(event.data);
      if (told.present) present(told.present);
      if (told.rows.length) changed(told.rows);
    });
    source.addEventListener("reload", () => { if (!$("text")?.value && !$("file")?.value) location.reload(); });
    document.body.dataset.live = "on";
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
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target.id === "pane") { check(); presence(); }
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

  async function changed(rows) {
    if (rows.some((row) => row.id === here())) await thread(here());
    if (list) await refresh(rows);
    window.moca.called(rows);
  }

  // Parsing inert: markup that came from a template of ours, in which every text is escaped.
  const parse = (html) => new DOMParser().parseFromString(html, "text/html").body;

  async function refresh(rows) {
    const args = new URLSearchParams(location.search);
    if (!args.get("tab")) args.set("tab", list.dataset.tab);
    args.set("ids", rows.map((row) => row.id).join(","));
    const answer = await fetch(`${root}/rows?${args}`, { credentials: "same-origin" });
    if (!answer.ok) return;
    const found = parse(await answer.text());
    const fitting = new Map([...found.querySelectorAll(".row-item")].map((row) => [row.dataset.thread, row]));
    const waits = list.dataset.tab === "needs";
    for (const { id } of [...rows].reverse()) {
      const old = $("row-" + id), row = fitting.get(id);
      if (!row) { old?.remove(); continue; }
      const ticked = old?.querySelector(".tick input")?.checked;
      const focused = old?.contains(document.activeElement);
      if (ticked) row.querySelector(".tick input").checked = true;
      if (id === here()) row.classList.add("current");
      row.classList.add("arrived");
      if (waits && old) old.replaceWith(row);
      else { old?.remove(); if (waits) list.append(row); else list.prepend(row); }
      htmx.process(row);
      if (focused) row.querySelector(".row-link").focus({ preventScroll: true });
    }
    if (list.querySelector(".row-item")) $("none")?.remove();
    found.querySelectorAll("template").forEach((counts) => counts.content.querySelectorAll("i").forEach((n) => {
      const shown = document.querySelector(`[data-count="${n.dataset.tab}"]`);
      if (shown) { shown.textContent = n.textContent; shown.hidden = n.textContent === "0"; }
    }));
  }

  async function thread(id) {
    const answer = await fetch(`${root}/conversations/${id}/newest${location.search}`, { credentials: "same-origin" });
    if (!answer.ok || here() !== id) return;
    const found = parse(await answer.text());
    const end = atEnd(), log = $("log"), newest = found.querySelector("[data-newest]");
    let arrived = 0;
    for (const line of [...newest.children]) {
      const old = $(line.id);
      if (old) {
        if (line.dataset.day === undefined && old.innerHTML !== line.innerHTML && !old.contains(document.activeElement)) {
          old.replaceWith(line);
          htmx.process(line);
        }
        continue;
      }
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
      htmx.ajax("GET", `${root}/conversations/${id}${location.search}`, { target: "#pane" });
      return;
    }
    for (const part of [clock, found.querySelector("#facts"), found.querySelector("#compose-hint")]) {
      if (part) $(part.id)?.replaceWith(part);
    }
    const draft = found.querySelector("#draft");
    if (draft && !$("draft").contains(document.activeElement)) { $("draft").replaceWith(draft); htmx.process(draft); }
    const head = found.querySelector("#thread-head"), old = $("thread-head");
    if (head && old && !old.contains(document.activeElement) && !old.querySelector("details[open]")) {
      old.replaceWith(head);
      htmx.process(head);
    }
    Object.assign($("thread").dataset, { seq: newest.dataset.seq, owner: newest.dataset.owner, status: newest.dataset.status });
    if (end) { toEnd(); markSeen(); } else if (arrived) {
      const pill = $("new-pill");
      pill.dataset.n = String(Number(pill.dataset.n || 0) + arrived);
      pill.textContent = say("arrived", { count: pill.dataset.n });
      pill.hidden = false;
    }
  }

  check();
})();

// The phone page. Everything that people wrote is set as text, never as markup.

const at = (id) => document.getElementById(id);
const OWNER = { api: "Moca", owner: "the owner", person: "" };
const FIRST = "alice"; // where nobody has written yet, somebody is ready to
const HEART = "\u2764\uFE0F";
let who = new URLSearchParams(location.search).get("with") || "";
let source = null;
let state = { people: [], chat: null, system: null };
let ahead = 0; // the local clock before this machine's, in ms
let drawn = "";
let shown = ""; // whose chat that is
let kinds = [{ group: "Messages", kinds: [{ kind: "text", label: "Text", needs_text: true, owner: true }] }];

function make(tag, { text, kind, ...rest } = {}, ...children) {
  const element = document.createElement(tag);
  if (text !== undefined) element.textContent = text;
  if (kind) element.className = kind;
  for (const [name, value] of Object.entries(rest)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

const chip = (word) => make("span", { text: word, kind: `chip ${/^[a-z]+$/.test(word) ? word : ""}` });
const clock = (instant) => new Date(instant).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
const span = (left) => (left < 100 ? `${left} s` : left < 5400 ? `${Math.round(left / 60)} min` : `${Math.round(left / 3600)} h`);
const labelOf = (kind) => kinds.flatMap((group) => group.kinds).find((one) => one.kind === kind)?.label || kind.replaceAll("_", " ");
const seconds = (instant) => Math.round((new Date(instant) - Date.now() - ahead) / 1000);

function face(element, name) {
  const letters = [...(name || "?")];
  element.textContent = letters[0].toUpperCase();
  element.style.setProperty("--hue", letters.reduce((sum, letter) => sum + letter.codePointAt(0) * 7, 0) % 360);
  return element;
}

// What is drawn anew keeps the keyboard on the button it was on; else one goes on writing.
function redraw(box, children) {
  const of = box.contains(document.activeElement) ? document.activeElement.dataset.of : undefined;
  box.replaceChildren(...children);
  if (of === undefined) return;
  const again = [...box.querySelectorAll("[data-of]")].find((button) => button.dataset.of === of);
  (again || at("text")).focus({ preventScroll: true });
}

// ── Drawing ────────────────────────────────────────────────────────────────────────────────────

const nameOf = (person) => person.name || person.id;
const shownName = (person) => person.profile?.name || nameOf(person);

function drawPeople() {
  const known = state.people.some((person) => nameOf(person) === who || person.id === who);
  const everybody = known || !who ? state.people : [{ id: who, name: who, last: null }, ...state.people];
  redraw(at("people"), everybody.map((person) => {
    const here = nameOf(person) === who || person.id === who;
    const button = make("button", { type: "button", "aria-current": String(here), "data-of": nameOf(person) },
      face(make("span", { kind: "face", "aria-hidden": "true" }), shownName(person)),
      make("strong", { text: shownName(person) }),
      make("em", { text: person.last ? person.last.text || labelOf(person.last.kind) : "has not written yet" }));
    button.addEventListener("click", () => choose(nameOf(person)));
    return make("li", {}, button);
  }));
  const chosen = everybody.find((person) => nameOf(person) === who || person.id === who);
  at("chat-with").textContent = chosen ? shownName(chosen) : "Nobody yet";
  at("side-person").textContent = chosen ? shownName(chosen) : "the customer";
  face(at("face"), chosen ? shownName(chosen) : "?");
}

function quoted(message) {
  const about = message.reply_to;
  if (!about) return [];
  const words = about.story ? "a story of the business" : whole(about.mid)?.text || "a message";
  return [make("span", { text: `↩ ${words}`, kind: "quoted" })];
}

const whole = (mid) => state.chat?.messages.find((message) => message.mid === mid);

function attached(item) {
  const url = item.payload?.url || "";
  if (item.type === "image" && url.startsWith("http://127.0.0.1:")) {
    return make("img", { src: url, alt: labelOf(item.type), kind: "picture" });
  }
  const title = item.payload?.title;
  return make("span", { text: labelOf(item.type) + (title ? `: ${title}` : ""), kind: "attached" });
}

function contents(message) {
  if (message.deleted) return [make("span", { text: "unsent" })];
  const files = (message.attachments || []).map(attached);
  const words = message.text ? [make("span", { text: message.text })] : [];
  const named = files.length || words.length ? [] : [make("span", { text: labelOf(message.kind), kind: "attached" })];
  return [...quoted(message), ...files, ...words, ...named];
}

function choices(message) {
  const titles = (message.quick_replies || []).map((choice) => choice.title).filter(Boolean);
  return titles.map((title) => {
    const element = make("button", { text: title, kind: "choice", type: "button", "data-of": message.mid + title });
    element.addEventListener("click", () => post("dm", { from: who, kind: "quick_reply", text: title }));
    return element;
  });
}

function bubble(message) {
  const felt = Object.values(message.reactions || {}).join("");
  const parts = [message.from, message.deleted && "gone", felt && "touched"].filter(Boolean);
  const element = make("li", { kind: `bubble ${parts.join(" ")}` }, ...contents(message), ...choices(message));
  const said = [OWNER[message.from], clock(message.at), message.edits && "edited", message.seen && "seen"];
  element.append(make("small", { text: said.filter(Boolean).join(" · ") }));
  if (felt) element.append(make("span", { text: felt, kind: "felt" }));
  if (!message.deleted) element.append(deed(message, felt));
  return element;
}

function deed(message, felt) {
  if (message.from === "person") {
    return button("unsend", "Unsend this message", { kind: "unsend", mid: message.mid });
  }
  return felt
    ? button("undo", "Take the reaction back", { kind: "unreact", target: message.mid })
    : button(HEART, "React with a heart", { kind: "reaction", target: message.mid, emoji: HEART });
}

function button(text, label, said) {
  const element = make("button", { text, kind: "deed", type: "button", "aria-label": label, "data-of": text + (said.mid || said.target) });
  element.addEventListener("click", () => post("dm", { from: who, ...said }));
  return element;
}

function drawChat() {
  const chat = at("chat");
  const messages = state.chat?.messages || [];
  at("typing").hidden = !state.chat?.typing;
  const key = JSON.stringify([who, messages]);
  if (key === drawn) return;
  drawn = key;
  const lines = [];
  let day = "";
  for (const message of messages) {
    const its = new Date(message.at).toLocaleDateString([], { weekday: "long", day: "numeric", month: "long" });
    if (its !== day) lines.push(make("li", { text: (day = its), kind: "day" }));
    lines.push(bubble(message));
  }
  if (!lines.length) {
    lines.push(make("li", { text: "Say hello: Moca answers within seconds.", kind: "empty" }));
  }
  // Whoever reads above stays there; another one's chat opens at its end.
  const log = at("log"), before = log.scrollTop;
  const end = shown !== who || log.scrollHeight - before - log.clientHeight < 80;
  redraw(chat, lines);
  log.scrollTop = end ? log.scrollHeight : before;
  shown = who;
}

const NAMES = {
  status: "status", owner: "answered by", owner_until: "until", owner_reason: "because",
  claim: "claim", sending: "sending", outbox: "replies queued", cooldown_until: "free to reply",
  due_at: "must be looked at", inbound_seq: "messages in", failed_turns: "failed turns",
};

function fact(name, value) {
  if (name === "owner" || name === "status") return chip(value);
  if (name === "claim") return countdown(value.expires_at, "expires", `${value.mids.length} message(s), `);
  if (name === "sending") return countdown(value.until, "until", value.unconfirmed ? "unconfirmed, " : "");
  if (name === "outbox") return document.createTextNode(String(value.length));
  if (name === "due_at" || name.endsWith("_until")) return countdown(value, "", "");
  return document.createTextNode(String(value).replaceAll("_", " "));
}

function countdown(instant, word, before) {
  const element = make("span", { "data-instant": new Date(instant).toISOString(), "data-word": word, "data-before": before });
  tick(element);
  return element;
}

function tick(element) {
  const left = seconds(element.dataset.instant);
  const words = left > 0 ? `in ${span(left)}` : left > -2 ? "now" : `since ${clock(element.dataset.instant)}`;
  element.textContent = `${element.dataset.before}${element.dataset.word} ${words}`.trim();
}

function drawThread() {
  const stored = { ...state.system?.conversation };
  if (stored.owner === "human" && seconds(stored.owner_until) < 0) {
    Object.assign(stored, { owner: "bot again", owner_until: undefined, owner_reason: undefined });
  }
  const facts = Object.keys(NAMES).filter((name) => stored[name] !== undefined)
    .map((name) => make("div", {}, make("dt", { text: NAMES[name] }), make("dd", {}, fact(name, stored[name]))));
  at("thread").replaceChildren(...(facts.length ? facts : [make("dt", { text: "Nothing is stored yet." })]));
  const owner = stored.owner || "";
  at("chat-owner").className = `chip ${owner.split(" ")[0]}`;
  at("chat-owner").textContent = owner && `answered by ${owner}`;
}

function drawTasks() {
  const tasks = state.system?.tasks || [];
  at("task-count").textContent = tasks.length || "";
  const lines = tasks.map((task) => make("li", {},
    chip(task.queue),
    make("span", { text: task.dispatches ? `attempt ${task.dispatches + 1}, last answer ${task.previous_response ?? "none"}` : "first attempt" }),
    make("b", {}, task.running ? document.createTextNode("running") : countdown(task.scheduled_at, "", ""))));
  at("tasks").replaceChildren(...(lines.length ? lines : [make("li", { text: "None: nothing runs while nobody writes.", kind: "none" })]));
}

function drawStored() {
  at("stored").replaceChildren(...(state.system?.messages || []).map((message) => {
    const text = make("td", { kind: "text" }, make("span", { text: message.text || `[${message.kind}]` }));
    if (message.reason) text.append(make("small", { text: message.reason }));
    if (message.error) text.append(make("small", { text: message.error, kind: "error" }));
    return make("tr", {}, make("td", {}, chip(message.status || "?")),
      make("td", { text: message.role || message.direction || "" }), text,
      make("td", { text: message.attempts ?? "" }));
  }));
}

function drawCounts() {
  const rows = Object.entries(state.system?.counts || {});
  at("counts").replaceChildren(...rows.map(([name, cost]) => make("tr", {},
    ...[name, cost.round_trips, cost.reads, cost.writes, cost.tasks].map((text) => make("td", { text })))));
}

function draw() {
  at("text").disabled = !who; // nothing is typed to nobody, and lost
  drawPeople();
  drawChat();
  drawThread();
  drawTasks();
  drawStored();
  drawCounts();
}

// ── Talking to the gateway ─────────────────────────────────────────────────────────────────────

function listen() {
  source?.close();
  source = new EventSource(`/_local/live?with=${encodeURIComponent(who)}`);
  source.onopen = () => linked("live", "live");
  source.onerror = () => linked("lost", "not connected, trying again …");
  source.onmessage = (event) => {
    state = JSON.parse(event.data);
    ahead = new Date(state.now) - Date.now();
    if (!who) return choose(state.people.length ? nameOf(state.people[0]) : FIRST);
    draw();
  };
}

function linked(kind, words) {
  at("link").className = `link ${kind}`;
  at("link").textContent = words;
}

function choose(name) {
  who = name;
  history.replaceState(null, "", `?with=${encodeURIComponent(name)}`);
  state = { ...state, chat: null, system: null };
  draw();
  listen();
}

async function post(what, said) {
  at("refused").textContent = "";
  try {
    const answer = await fetch(`/_local/${what}`, { method: "POST", body: JSON.stringify(said) });
    if (!answer.ok) at("refused").textContent = (await answer.json()).error;
  } catch {
    at("refused").textContent = "The local run does not answer: is ./dev up still there?";
  }
}

// ── Writing ────────────────────────────────────────────────────────────────────────────────────

const asOwner = () => new FormData(at("composer")).get("side") === "owner";
const chosenKind = () => kinds.flatMap((group) => group.kinds).find((one) => one.kind === at("kind").value);

function drawKinds() {
  const before = at("kind").value;
  const owner = asOwner();
  const groups = kinds.map((group) => {
    const offered = group.kinds.filter((one) => !owner || one.owner);
    const options = offered.map((one) => make("option", { text: one.label, value: one.kind }));
    return make("optgroup", { label: group.group }, ...options);
  });
  at("kind").replaceChildren(...groups.filter((group) => group.children.length));
  at("kind").value = [...at("kind").options].some((option) => option.value === before) ? before : "text";
}

function ownerSays(kind, text) {
  if (kind === "text") return { to: who, text };
  if (kind === "unsend") return { to: who, kind };
  return { to: who, attachments: [{ type: kind }] };
}

at("composer").addEventListener("submit", (event) => {
  event.preventDefault();
  const text = at("text").value.trim();
  const { kind, needs_text: needsText } = chosenKind();
  if (!who || (needsText && !text)) return;
  if (asOwner()) post("owner", ownerSays(kind, text));
  else post("dm", { from: who, kind, ...(text && { text }), ...(at("standby").checked && { standby: true }) });
  at("text").value = "";
  at("kind").value = "text";
});

at("composer").addEventListener("change", (event) => {
  if (event.target.name === "side") drawKinds();
});

at("add").addEventListener("submit", (event) => {
  event.preventDefault();
  const name = at("add-name").value.trim();
  at("add-name").value = "";
  if (name) choose(name);
  at("text").focus();
});

addEventListener("pagehide", () => source?.close());
setInterval(() => document.querySelectorAll("[data-instant]").forEach(tick), 500);
draw();
listen();
fetch("/_local/kinds").then((answer) => answer.json()).then((found) => {
  kinds = found;
  drawn = "";
  drawKinds();
  draw();
});

// What calls for the operator while they look elsewhere: the title, a sound, a notification.
"use strict";

(function () {
  const { root } = window.moca;
  const since = Date.parse(document.body.dataset.since);
  const told = new Map(), missed = new Set();
  let title = "", sounded = 0;

  // The page is live only while its window is seen: beside another one, on a second screen.
  window.moca.called = (rows) => {
    const open = document.getElementById("thread")?.dataset.thread;
    const calling = rows.filter((row) => row.calls && isNew(row) && !(document.hasFocus() && row.id === open));
    if (!calling.length) return;
    if (document.body.dataset.sound === "on" && Date.now() - sounded > 3000) {
      sounded = Date.now();
      // One tab speaks for all of them.
      navigator.locks?.request("moca-sound", { ifAvailable: true }, (lock) => lock && chime());
    }
    if (document.hasFocus()) return;
    calling.forEach((row) => missed.add(row.id));
    title ||= document.title;
    document.title = `(${missed.size}) ${title}`;
    if ("Notification" in window && Notification.permission === "granted") calling.forEach(notify);
  };
  function isNew(row) {
    const mark = row.calls + row.called_at;
    if (told.get(row.id) === mark || Date.parse(row.called_at) < since) return false;
    told.set(row.id, mark);
    return true;
  }
  function notify(row) {
    const shown = new Notification(window.say(row.calls, { name: row.name }), { body: row.text, tag: "moca-" + row.id });
    shown.onclick = () => {
      window.focus();
      location.href = `${root}/conversations/${row.id}`;
    };
  }
  window.addEventListener("focus", () => {
    missed.clear();
    if (title) document.title = title;
    title = "";
  });

  async function chime() {
    const audio = new AudioContext(), tone = audio.createOscillator(), volume = audio.createGain();
    volume.gain.setValueAtTime(0.06, audio.currentTime);
    volume.gain.exponentialRampToValueAtTime(0.0001, audio.currentTime + 0.5);
    tone.frequency.value = 660;
    tone.connect(volume).connect(audio.destination);
    tone.start();
    tone.stop(audio.currentTime + 0.5);
    await new Promise((done) => { tone.onended = done; });
    await audio.close();
  }
})();

// How long Instagram still takes answers, counted down while the page is open.
"use strict";

(function () {
  const ahead = Date.parse(document.body.dataset.since) - Date.now();  // the server's clock
  const MINUTE = 60_000, SOON = 6;

  function span(left) {
    const hours = Math.floor(left / MINUTE / 60), minutes = Math.floor(left / MINUTE) % 60;
    if (!hours) return window.say("minutes", { count: minutes });
    const whole = window.say("hours", { count: hours });
    return hours < SOON && minutes ? `${whole} ${window.say("minutes", { count: minutes })}` : whole;
  }
  function tick() {
    const shown = document.getElementById("window-clock");
    if (!shown?.dataset.closes) return;
    const left = Date.parse(shown.dataset.closes) - Date.now() - ahead;
    shown.textContent = left > 0 ? window.say("window", { span: span(left) }) : window.say("window_closed");
    shown.className = "window-clock " + (left <= 0 ? "closed" : left < SOON * 60 * MINUTE ? "soon" : "open");
  }
  setInterval(tick, 20_000);
})();

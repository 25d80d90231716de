// The messages: reactions find their message, and what has expired says so.
"use strict";

(function () {
  // A reaction that came live, or that stands on another page than its message, is a line of its
  // own until the message is here.
  function pin() {
    const bubbles = new Map([...document.querySelectorAll("#log [data-mid]")].map((line) => [line.dataset.mid, line]));
    document.querySelectorAll("#log [data-about]").forEach((line) => {
      const place = bubbles.get(line.dataset.about)?.querySelector(".reactions");
      if (!place) return;
      place.querySelector(`[data-side="${line.dataset.side}"]`)?.remove();
      if (line.dataset.emoji) place.append(reaction(line.dataset));
      place.hidden = !place.children.length;
      line.remove();
    });
  }
  function reaction({ side, emoji, whose }) {
    const shown = document.createElement("span"), words = document.createElement("span");
    shown.className = "reaction";
    shown.dataset.side = side;
    shown.title = whose;
    words.className = "visually-hidden";
    words.textContent = whose + " ";
    shown.append(words, emoji);
    return shown;
  }

  // Instagram's addresses end: a story after a day, a picture some time after it was sent.
  function gone(shown) {
    if (shown.dataset.mayExpire === "video") {
      const film = document.createElement("video");
      film.muted = true;
      film.preload = "metadata";
      film.dataset.mayExpire = "";
      film.src = shown.src;
      shown.replaceWith(film);
      return;
    }
    const told = document.createElement("span");
    told.className = "gone";
    told.textContent = window.say("expired");
    shown.replaceWith(told);
  }
  document.addEventListener("error", (event) => {
    if (event.target.dataset?.mayExpire !== undefined) gone(event.target);
  }, true);

  function look() {
    pin();
    document.querySelectorAll("#log img[data-may-expire]").forEach((img) => {
      if (img.complete && !img.naturalWidth && img.getAttribute("src")) gone(img);
    });
  }
  window.moca.look = look;
  document.addEventListener("htmx:afterSwap", look);
  look();
})();

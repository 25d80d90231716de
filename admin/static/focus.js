// Where the keyboard is after a part of the page was exchanged: on the same thing, if it is still
// there, else at the heading of the new part. Without this it would fall back to the page's top.
"use strict";

(function () {
  let left = null;  // what had the focus in the part that goes
  const named = (node) =>
    node.id ? `#${CSS.escape(node.id)}`
      : node.dataset?.key ? `[data-key="${node.dataset.key}"]`
        : node.name ? `[name="${CSS.escape(node.name)}"][value="${CSS.escape(node.value)}"]` : "";
  const lost = () => {
    const node = document.activeElement;
    return !node || node === document.body || !node.checkVisibility();
  };

  document.addEventListener("htmx:beforeSwap", (event) => {
    if (!event.detail.shouldSwap) return;
    const node = document.activeElement;
    left = event.detail.target.contains(node) ? { target: event.detail.target.id, name: named(node) } : null;
  });
  document.addEventListener("htmx:afterSettle", (event) => {
    const pane = event.detail.target.id === "pane";
    if (!lost() || (!left && !pane)) return;
    const again = left?.name ? document.querySelector(left.name) : null;
    const next = again?.checkVisibility() ? again : document.querySelector("#thread-head h1");
    left = null;
    if (!next) return;
    if (next.matches("h1")) next.tabIndex = -1;
    next.focus({ preventScroll: true });
  });
})();

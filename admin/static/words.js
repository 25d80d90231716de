// The texts of the scripts, in the language of the page; `%(name)s` is filled in.
"use strict";

(function () {
  const words = JSON.parse(document.querySelector("template#words").content.textContent);
  window.say = (key, values = {}) => words[key].replace(/%\((\w+)\)s/g, (_hole, name) => values[name]);
})();

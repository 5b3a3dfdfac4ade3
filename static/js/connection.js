"use strict";

/* The line that says there is no connection, and the mark that says how old the page is. */

(function () {
  const OLD_AFTER_MS = 5 * 60 * 1000;
  const LOOK_EVERY_MS = 15 * 1000;
  const opened = Date.now();

  function showLost(lost) {
    const line = document.getElementById("lost-line");
    if (line) {
      line.hidden = !lost;
    }
  }

  function showAge() {
    const mark = document.getElementById("stale-mark");
    if (mark && !document.hidden) {
      mark.hidden = Date.now() - opened < OLD_AFTER_MS;
    }
  }

  window.addEventListener("offline", function () { showLost(true); });
  window.addEventListener("online", function () { showLost(false); });
  document.addEventListener("htmx:sendError", function () { showLost(true); });
  document.addEventListener("htmx:afterOnLoad", function () { showLost(false); });
  document.addEventListener("house:lost", function () { showLost(true); });
  document.addEventListener("house:found", function () { showLost(false); });
  document.addEventListener("visibilitychange", showAge);
  window.setInterval(showAge, LOOK_EVERY_MS);
  if (!window.navigator.onLine) {
    showLost(true);
  }
})();

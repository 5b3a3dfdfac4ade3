"use strict";

/* Keys of the house: one registry, which the key help shows and every page may add to.

   In a page:    <a data-key="g o" ...>      pressing g, then o follows the link (or clicks the button)
   In a script:  house.keys.add("j", run)    run(event); give back false to leave the key alone
   Options:      { typing: true }  also while somebody types;  { dialog: true }  also in a dialog

   A key is "j", "shift+x", "ctrl+k" (also the command key), "Escape", "Enter" or two after each
   other, "g o". Keys are left alone while a Chinese input method composes.

   A hand scanner types faster than any hand and ends with Enter: what it sends while no box has the
   focus is told as the event house:scan. */

window.house = window.house || {};

(function () {
  const BETWEEN_TWO_MS = 1500;
  const registered = new Map();
  let waiting = "";
  let waitingSince = 0;
  const SCANNER_MS = 60;
  const LEAST_SCANNED = 4;
  let burst = "";
  let burstAt = 0;

  function nameOf(event) {
    const letter = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const isLetter = letter.length === 1 && letter !== letter.toUpperCase();
    return (
      (event.ctrlKey || event.metaKey ? "ctrl+" : "") +
      (event.altKey ? "alt+" : "") +
      (event.shiftKey && isLetter ? "shift+" : "") +
      letter
    );
  }

  function isTyping(target) {
    return Boolean(
      target.closest("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]")
    );
  }

  function elementFor(keys) {
    return Array.from(document.querySelectorAll("[data-key]")).find(function (element) {
      return element.dataset.key === keys && !element.disabled;
    });
  }

  function isPrefix(name) {
    return (
      Array.from(registered.keys()).some(function (keys) { return keys.startsWith(name + " "); }) ||
      Boolean(document.querySelector("[data-key^='" + name + " ']"))
    );
  }

  function press(keys, event) {
    const typing = isTyping(event.target);
    const inDialog = Boolean(document.querySelector("dialog[open]"));
    const entry = registered.get(keys);
    if (entry && (!typing || entry.typing) && (!inDialog || entry.dialog)) {
      if (entry.run(event) !== false) {
        event.preventDefault();
        return true;
      }
    }
    if (typing || inDialog) {
      return false;
    }
    const element = elementFor(keys);
    if (element) {
      event.preventDefault();
      element.click();
    }
    return Boolean(element);
  }

  /* Gathers what comes too fast for a hand; true when this Enter ends such a burst. */
  function endsScan(event) {
    /* When the key was pressed, not when this page found time for it. */
    const fast = event.timeStamp - burstAt < SCANNER_MS;
    burstAt = event.timeStamp;
    if (event.key === "Enter" && fast && burst.length >= LEAST_SCANNED) {
      return true;
    }
    if (event.key.length === 1 && !event.ctrlKey && !event.metaKey && !event.altKey) {
      burst = (fast ? burst : "") + event.key;
    } else if (event.key !== "Shift") {
      burst = "";
    }
    return false;
  }

  document.addEventListener("keydown", function (event) {
    if (event.defaultPrevented || event.isComposing || event.key === "Process") {
      return;
    }
    const scanned = endsScan(event);
    if (scanned && !isTyping(event.target) && !document.querySelector("dialog[open]")) {
      event.preventDefault();
      document.dispatchEvent(new CustomEvent("house:scan", { detail: burst }));
      burst = "";
      return;
    }
    const name = nameOf(event);
    const off = document.documentElement.dataset.keys === "off";
    if (off && name.length === 1 && name !== "?") {
      return;
    }
    const before = Date.now() - waitingSince < BETWEEN_TWO_MS ? waiting : "";
    waiting = "";
    if (before && press(before + " " + name, event)) {
      return;
    }
    if (press(name, event) || isTyping(event.target)) {
      return;
    }
    if (name.length === 1 && isPrefix(name)) {
      waiting = name;
      waitingSince = Date.now();
    }
  });

  window.house.keys = {
    add: function (keys, run, options) {
      registered.set(keys, Object.assign({ run: run }, options));
    },
  };
})();

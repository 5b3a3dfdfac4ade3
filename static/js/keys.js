"use strict";

/* Keys of the house: one registry, which the key help shows and every page may add to.

   In a page:    <a data-key="g o" ...>      pressing g, then o follows the link (or clicks the button)
                 <button data-row-key="a">   a clicks the button of the row that has the focus (rows.js)
   In a script:  house.keys.add("j", run)    run(event); give back false to leave the key alone
   Options:      { typing: true }  also while somebody types;  { dialog: true }  also in a dialog;
                 { mild: true }    does no harm when the key turns out to be the beginning of a scan

   A key is "j", "shift+x", "ctrl+k" (also the command key), "Escape", "Enter" or two after each
   other, "g o". Keys are left alone while a Chinese input method composes.

   A hand scanner types faster than any hand and ends with Enter: what it sends while no box has the
   focus is told as the event house:scan. So a letter that would do something waits for as long as a
   scanner takes to its next one: a code with an "a" in it must not approve anything. */

window.house = window.house || {};

(function () {
  const BETWEEN_TWO_MS = 1500;
  const registered = new Map();
  let waiting = "";
  let waitingSince = 0;
  const SCANNER_MS = 60;
  const LEAST_SCANNED = 4;
  const ROW = "[data-rows] [data-row], table[data-rows] tbody tr";
  const MODIFIERS = ["Shift", "Control", "Alt", "AltGraph", "Meta", "CapsLock"];
  let burst = "";
  let burstAt = 0;
  let held = [];
  let heldUntil = 0;

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

  /* The dialog on top: one opened from the drawer stands within it. */
  function top() {
    return Array.from(document.querySelectorAll("dialog[open]")).pop() || null;
  }

  function find(within, attribute, keys) {
    return Array.from(within.querySelectorAll("[data-" + attribute + "]")).find(function (element) {
      return element.getAttribute("data-" + attribute) === keys && !element.disabled;
    });
  }

  /* In the drawer its own buttons; any other dialog has the keyboard for itself. */
  function elementFor(keys) {
    const dialog = top();
    if (dialog && dialog.id !== "drawer") {
      return undefined;
    }
    if (dialog) {
      return find(dialog, "key", keys) || (keys.includes(" ") ? find(document, "key", keys) : undefined);
    }
    const row = document.activeElement && document.activeElement.closest(ROW);
    return (row && find(row, "row-key", keys)) || find(document, "key", keys);
  }

  function isPrefix(name) {
    return (
      Array.from(registered.keys()).some(function (keys) { return keys.startsWith(name + " "); }) ||
      Array.from(document.querySelectorAll("[data-key]")).some(function (element) {
        return element.dataset.key.startsWith(name + " ");
      })
    );
  }

  function press(keys, event) {
    const typing = isTyping(event.target);
    const entry = registered.get(keys);
    if (entry && (!typing || entry.typing) && (!top() || entry.dialog)) {
      if (entry.run(event) !== false) {
        event.preventDefault();
        return true;
      }
    }
    if (typing) {
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

  function step(name, event) {
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
  }

  /* It was a hand after all: what it pressed happens in the order of pressing. */
  function obey() {
    const pressed = held;
    window.clearTimeout(heldUntil);
    held = [];
    pressed.forEach(function (each) { step(each.name, each.event); });
  }

  /* Whether a letter waits until it is sure that no scanner sent it. */
  function waits(name, event) {
    const entry = registered.get(name);
    return held.length > 0 || (!event.repeat && !(entry && entry.mild && !waiting));
  }

  document.addEventListener("keydown", function (event) {
    if (event.defaultPrevented || event.isComposing || event.key === "Process") {
      return;
    }
    const scanned = endsScan(event);
    const typing = isTyping(event.target);
    if (scanned && !typing) {
      /* Nor may the end of a scan press the button that has the focus. */
      event.preventDefault();
      window.clearTimeout(heldUntil);
      held = [];
      waiting = "";
      if (!top()) {
        document.dispatchEvent(new CustomEvent("house:scan", { detail: burst }));
      }
      burst = "";
      return;
    }
    if (MODIFIERS.includes(event.key)) {
      return;
    }
    const name = nameOf(event);
    const off = document.documentElement.dataset.keys === "off";
    if (off && name.length === 1 && name !== "?") {
      return;
    }
    const isLetter = event.key.length === 1 && !event.ctrlKey && !event.metaKey && !event.altKey;
    if (isLetter && !typing && waits(name, event)) {
      if (registered.has(name) || elementFor(name)) {
        event.preventDefault();
      }
      held.push({ name: name, event: event });
      window.clearTimeout(heldUntil);
      heldUntil = window.setTimeout(obey, SCANNER_MS);
      return;
    }
    obey();
    step(name, event);
  });

  window.house.keys = {
    add: function (keys, run, options) {
      registered.set(keys, Object.assign({ run: run }, options));
    },
  };
})();

"use strict";

/* Walking lists by keys: table[data-rows], or [data-rows] around elements with [data-row]. J and K go
   down and up, X ticks the row, Shift+X ticks all rows since the last tick, Enter opens it, B goes to
   what can be done with the ticked ones ([data-bulk-actions]) and Escape back to the row; in the
   drawer J and K open the next and the one before. The row under the hand has the focus, so it is
   seen and read aloud. */

(function () {
  const ROW = "[data-rows] [data-row], table[data-rows] tbody tr";
  let here = null;
  let lastTicked = null;

  function rows() {
    return Array.from(document.querySelectorAll("main [data-rows]")).flatMap(function (list) {
      const all = list.tBodies ? list.querySelectorAll("tbody tr") : list.querySelectorAll("[data-row]");
      return Array.from(all).filter(function (row) { return row.getClientRects().length > 0; });
    });
  }

  function current() {
    const focused = document.activeElement && document.activeElement.closest(ROW);
    if (focused) {
      here = focused;
    }
    return here && here.isConnected ? here : null;
  }

  function linkOf(row) {
    return row.querySelector("a[data-drawer]") || row.querySelector("a[href]");
  }

  function go(step) {
    const all = rows();
    if (all.length === 0) {
      return false;
    }
    const at = all.indexOf(current());
    const next = at < 0 ? (step > 0 ? 0 : all.length - 1) : Math.min(all.length - 1, Math.max(0, at + step));
    here = all[next];
    here.tabIndex = -1;
    here.focus({ preventScroll: true });
    here.scrollIntoView({ block: "nearest" });
    return true;
  }

  function walk(step) {
    const drawer = document.getElementById("drawer");
    if (document.querySelector("dialog[open]:not(#drawer)")) {
      return false;
    }
    if (!drawer || !drawer.open) {
      return go(step);
    }
    const all = rows();
    const next = all[all.indexOf(here) + step];
    const link = next && linkOf(next);
    if (link) {
      here = next;
      window.house.drawer.open(link.getAttribute("href"));
    }
    return Boolean(link);
  }

  function tick(row, on) {
    const box = row && row.querySelector("input[type=checkbox]");
    if (!box || box.disabled) {
      return false;
    }
    if (box.checked !== on) {
      box.checked = on;
      box.dispatchEvent(new Event("change", { bubbles: true }));
    }
    return true;
  }

  function tickHere() {
    const row = current();
    const box = row && row.querySelector("input[type=checkbox]");
    lastTicked = box ? row : lastTicked;
    return Boolean(box) && tick(row, !box.checked);
  }

  function tickSince() {
    const all = rows();
    const to = all.indexOf(current());
    const from = all.indexOf(lastTicked);
    if (to < 0) {
      return false;
    }
    const begin = from < 0 ? to : Math.min(from, to);
    all.slice(begin, Math.max(from, to) + 1).forEach(function (row) { tick(row, true); });
    lastTicked = all[to];
    return true;
  }

  function openRow() {
    const row = document.activeElement && document.activeElement.closest(ROW);
    const link = row && row === document.activeElement && linkOf(row);
    if (!link) {
      return false;
    }
    link.click();
    return true;
  }

  /* To the buttons that act on what is ticked; nothing is pressed yet. */
  function goToActions() {
    const button = Array.from(document.querySelectorAll("[data-bulk-actions] button:not(:disabled)"))
      .find(function (each) { return each.getClientRects().length > 0; });
    if (!button) {
      return false;
    }
    button.focus();
    return true;
  }

  function backToRow() {
    const inActions = document.activeElement && document.activeElement.closest("[data-bulk-actions]");
    if (!inActions || !here || !here.isConnected) {
      return false;
    }
    here.focus();
    return true;
  }

  window.house.keys.add("j", function () { return walk(1); }, { dialog: true, mild: true });
  window.house.keys.add("k", function () { return walk(-1); }, { dialog: true, mild: true });
  window.house.keys.add("x", tickHere);
  window.house.keys.add("shift+x", tickSince);
  window.house.keys.add("Enter", openRow);
  window.house.keys.add("b", goToActions);
  window.house.keys.add("Escape", backToRow);
})();

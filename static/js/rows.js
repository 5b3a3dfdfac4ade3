"use strict";

/* Walking a list by keys: table[data-rows]. J and K go down and up, X ticks the row, Shift+X ticks
   all rows since the last tick, Enter opens it; in the drawer J and K open the next and the one
   before. The row under the hand has the focus, so it is seen and read aloud. */

(function () {
  let here = null;
  let lastTicked = null;

  function rows() {
    const table = document.querySelector("main table[data-rows]");
    return table ? Array.from(table.tBodies).flatMap(function (body) { return Array.from(body.rows); }) : [];
  }

  function current() {
    const focused = document.activeElement && document.activeElement.closest("table[data-rows] tbody tr");
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

  function openRow(event) {
    const row = event.target.closest("table[data-rows] tbody tr");
    const link = row && event.target === row && linkOf(row);
    if (!link) {
      return false;
    }
    link.click();
    return true;
  }

  window.house.keys.add("j", function () { return walk(1); }, { dialog: true });
  window.house.keys.add("k", function () { return walk(-1); }, { dialog: true });
  window.house.keys.add("x", tickHere);
  window.house.keys.add("shift+x", tickSince);
  window.house.keys.add("Enter", openRow);
})();

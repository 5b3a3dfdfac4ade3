"use strict";

/* Lists by hand: a click on a row opens it, ticks show the bar of what can be done with the chosen
   rows. The keys are in rows.js. Everything has its button or link too. */

(function () {
  const table = document.querySelector("table[data-list]");
  const bulk = document.querySelector("form[data-bulk]");
  if (!table) {
    return;
  }
  const boxes = Array.from(table.querySelectorAll("input[data-picks]"));
  const allBox = table.querySelector("input[data-picks-all]");
  let lastPicked = -1;

  function open(row) {
    const link = row.querySelector("a[data-row-link]") || row.querySelector("a[data-drawer]");
    if (link) {
      link.click();
    }
  }

  function chosen() {
    return boxes.filter(function (box) { return box.checked; });
  }

  function wantAll(wanted) {
    bulk.querySelector("[data-bulk-all]").value = wanted ? "1" : "";
    bulk.classList.toggle("bulk-everything", wanted);
  }

  function show() {
    const count = chosen().length;
    boxes.forEach(function (box) {
      box.closest("tr").setAttribute("aria-selected", String(box.checked));
    });
    if (!bulk) {
      return;
    }
    bulk.hidden = count === 0;
    bulk.querySelector("[data-bulk-count]").textContent = String(count);
    wantAll(false);
    if (allBox) {
      allBox.checked = count > 0 && count === boxes.length;
      allBox.indeterminate = count > 0 && count < boxes.length;
    }
  }

  table.addEventListener("change", function (event) {
    if (event.target === allBox) {
      boxes.forEach(function (box) { box.checked = allBox.checked; });
    }
    show();
  });

  table.addEventListener("click", function (event) {
    const box = event.target.closest("input[data-picks]");
    if (box) {
      const at = boxes.indexOf(box);
      if (event.shiftKey && lastPicked >= 0) {
        boxes.slice(Math.min(at, lastPicked), Math.max(at, lastPicked) + 1)
          .forEach(function (each) { each.checked = box.checked; });
        show();
      }
      lastPicked = at;
      return;
    }
    const row = event.target.closest("tr[data-row]");
    const busy = event.target.closest("a, button, input, label, select, form, .pick-cell");
    if (row && !busy && !String(window.getSelection())) {
      open(row);
    }
  });

  if (bulk) {
    bulk.addEventListener("click", function (event) {
      if (event.target.closest("[data-bulk-clear]")) {
        boxes.forEach(function (box) { box.checked = false; });
        show();
      }
      const everything = event.target.closest("[data-bulk-everything]");
      if (everything) {
        wantAll(true);
        bulk.querySelector("[data-bulk-count]").textContent = everything.textContent.trim();
      }
    });
  }

  show();
  window.addEventListener("pageshow", show);
})();

/* Columns change places in their dialog; the form sends them in the order in which they stand. */
document.addEventListener("click", function (event) {
  const mover = event.target.closest("[data-moves]");
  if (!mover) {
    return;
  }
  const item = mover.closest("li");
  const other = mover.dataset.moves === "up" ? item.previousElementSibling : item.nextElementSibling;
  /* The first column stays where it is: it names the row. */
  if (other && other.querySelector("[data-moves]")) {
    if (mover.dataset.moves === "up") {
      other.before(item);
    } else {
      other.after(item);
    }
    mover.focus();
  }
});

"use strict";

/* Dialogs, menus and printing: [data-opens="id"], [data-closes], [data-menu], [data-prints].
   A details[data-drops] is a drop-down: it closes on Escape and when one looks elsewhere. */

(function () {
  function openMenu(open) {
    const nav = document.getElementById("nav");
    const button = document.querySelector("[data-menu]");
    if (nav && button) {
      nav.classList.toggle("nav-open", open);
      button.setAttribute("aria-expanded", String(open));
    }
  }

  function closeDrops(but) {
    document.querySelectorAll("details[data-drops][open]").forEach(function (drop) {
      if (drop !== but) {
        drop.open = false;
      }
    });
  }

  document.addEventListener("click", function (event) {
    const target = event.target;
    closeDrops(target.closest("details[data-drops]"));
    const opener = target.closest("[data-opens]");
    if (opener) {
      document.getElementById(opener.dataset.opens).showModal();
      return;
    }
    if (target.closest("[data-prints]")) {
      window.print();
      return;
    }
    if (target.closest("[data-closes]") || target.tagName === "DIALOG") {
      target.closest("dialog").close();
      return;
    }
    const menu = target.closest("[data-menu]");
    openMenu(Boolean(menu) && menu.getAttribute("aria-expanded") !== "true");
  });

  document.addEventListener("focusin", function (event) {
    closeDrops(event.target.closest("details[data-drops]"));
  });

  document.addEventListener("keydown", function (event) {
    if (event.key !== "Escape") {
      return;
    }
    openMenu(false);
    const drop = document.querySelector("details[data-drops][open]");
    if (drop) {
      drop.open = false;
      drop.querySelector("summary").focus();
    }
  });

  /* A dialog that came back with errors is open again, at the first field that is wrong. */
  const wrong = document.querySelector("dialog[data-wrong]");
  if (wrong) {
    wrong.showModal();
    const field = wrong.querySelector("[aria-invalid='true']");
    if (field) {
      field.focus();
    }
  }

  /* A term's box opens beside its word. Without this it still opens, in the corner. */
  document.addEventListener("beforetoggle", function (event) {
    const box = event.target;
    const word = box.id && document.querySelector("[popovertarget='" + box.id + "']");
    if (!word || event.newState !== "open") {
      return;
    }
    const place = word.getBoundingClientRect();
    const most = document.documentElement.clientWidth - 332;
    box.style.left = Math.max(12, Math.min(place.left, most)) + "px";
    box.style.top = place.bottom + 6 + "px";
  }, true);
})();

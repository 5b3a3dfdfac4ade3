"use strict";

/* Short words about what just happened, with a way back where there is one.

   house.toast({ text, tone, label, run, seconds })   label and run: a button such as "Undo"
   The server says one with the header HX-Trigger: {"toast": {"text": "...", "tone": "ok"}}.
   A message with data-toast (an undo form) is a toast too: it goes away after its seconds. */

window.house = window.house || {};

(function () {
  const SECONDS = 8;

  function later(element, seconds) {
    let left = window.setTimeout(gone, seconds * 1000);
    function gone() { element.remove(); }
    function stay() { window.clearTimeout(left); }
    function again() { stay(); left = window.setTimeout(gone, seconds * 1000); }
    /* Nothing goes away under the hand or the eye. */
    element.addEventListener("mouseenter", stay);
    element.addEventListener("focusin", stay);
    element.addEventListener("mouseleave", again);
    element.addEventListener("focusout", again);
  }

  function toast(told) {
    const box = document.getElementById("toasts");
    if (!box) {
      return;
    }
    const element = document.createElement("div");
    element.className = "toast-line" + (told.tone ? " toast-" + told.tone : "");
    const text = document.createElement("span");
    text.textContent = told.text;
    element.append(text);
    if (told.label && told.run) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "toast-button";
      button.textContent = told.label;
      button.addEventListener("click", function () {
        element.remove();
        told.run();
      });
      element.append(button);
    }
    box.append(element);
    later(element, told.seconds || SECONDS);
  }

  document.body.addEventListener("toast", function (event) { toast(event.detail); });
  document.querySelectorAll("[data-toast]").forEach(function (element) {
    const box = document.getElementById("toasts");
    if (box) {
      box.append(element);
      later(element, Number(element.dataset.toast) || SECONDS);
    }
  });
  window.house.toast = toast;
})();

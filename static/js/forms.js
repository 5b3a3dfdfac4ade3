"use strict";

/* Forms: sent once, sent by a field that changes, sent by Ctrl+Enter, boxes that tick many, a guard
   over what was typed and not saved (form[data-guard]), and the eye led to what is wrong. */

(function () {
  /* A form is sent once: its button locks while the answer is on its way. */
  document.addEventListener("submit", function (event) {
    const form = event.target;
    delete form.dataset.touched;
    if (form.method !== "post" || event.defaultPrevented) {
      return;
    }
    const button = event.submitter;
    if (button) {
      /* After this turn, so that the button's own name and value are still sent. */
      window.setTimeout(function () {
        button.disabled = true;
        button.dataset.busy = "1";
      }, 0);
    }
  });

  /* Going back shows the page as it was left: unlock it. */
  window.addEventListener("pageshow", function () {
    document.querySelectorAll("button[data-busy]").forEach(function (button) {
      button.disabled = false;
      delete button.dataset.busy;
    });
  });

  document.addEventListener("change", function (event) {
    const field = event.target.closest("[data-submits]");
    if (field && field.form) {
      field.form.requestSubmit();
    }
    const all = event.target.closest("[data-selects]");
    if (all) {
      document.querySelectorAll("input[name='" + all.dataset.selects + "']").forEach(function (box) {
        if (box.checked !== all.checked && !box.disabled) {
          box.checked = all.checked;
          box.dispatchEvent(new Event("change", { bubbles: true }));
        }
      });
    }
  });

  /* The browser itself asks, in its own words, before what was typed is thrown away. */
  document.addEventListener("input", function (event) {
    const form = event.target.form;
    if (form && form.matches("[data-guard]")) {
      form.dataset.touched = "yes";
    }
  });
  window.addEventListener("beforeunload", function (event) {
    if (document.querySelector("form[data-guard][data-touched]")) {
      event.preventDefault();
    }
  });

  /* Ctrl+Enter sends the form one is in, also out of a box of many lines; where one is in none, the
     form that the page is about (form[data-sends]). A button or a link in focus does its own thing;
     a key that is held, or pressed while the form is on its way, does nothing more. */
  function sendForm(event) {
    if (event.repeat) {
      return true;
    }
    const at = document.activeElement;
    if (at && at.matches("a[href], button, summary")) {
      return false;
    }
    const open = Array.from(document.querySelectorAll("dialog[open]")).pop();
    const form =
      (at && (at.form || at.closest("form"))) || (!open && document.querySelector("main form[data-sends]"));
    if (!form || (open && !open.contains(form))) {
      return false;
    }
    const buttons = Array.from(form.elements).filter(function (each) {
      return each.type === "submit";
    });
    const main =
      buttons.find(function (each) { return each.matches(".btn-primary, .btn-danger"); }) || buttons[0];
    if (main && main.disabled) {
      return true;
    }
    form.requestSubmit(main);
    return true;
  }
  window.house.keys.add("ctrl+Enter", sendForm, { typing: true, dialog: true });

  /* A form that came back with errors: the first thing read is what is wrong. */
  const wrong = document.querySelector("main .error-summary");
  if (wrong) {
    wrong.focus();
  }
})();

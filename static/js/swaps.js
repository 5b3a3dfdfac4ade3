"use strict";

/* What a part of a page that is fetched anew must not take away, and what it says when it cannot come.

   - The focus stays on the same link, button, field or row, so that whoever works by keys is not
     thrown to the top of the page every few seconds. An element with an id is found by htmx itself.
   - A part that is fetched again and again and holds [data-stale] shows it when no answer comes:
     the figures are still there, and it is said how old they are. The next answer takes it away.
   - What one may not see (403) says so in its place. Who is no longer signed in is asked to sign in. */

(function () {
  const FOCUSABLE = "a[href], button, input, select, textarea, summary, tr, [tabindex]";
  let lost = null;

  /* What tells an element from its neighbours: where it leads, what it is called, what it says. */
  function markOf(element) {
    const link = element.matches("tr, [data-row]") && element.querySelector("a[href]");
    return [
      element.tagName,
      element.getAttribute("href") || element.getAttribute("name") || "",
      link ? link.getAttribute("href") : element.value || element.textContent.trim().slice(0, 80),
    ].join("|");
  }

  function sameIn(root, mark) {
    return Array.from(root.querySelectorAll(FOCUSABLE)).find(function (each) {
      return markOf(each) === mark;
    });
  }

  document.addEventListener("htmx:beforeSwap", function (event) {
    const answered = event.detail.xhr.responseURL;
    if (answered && new URL(answered).pathname === "/sign-in/") {
      event.detail.shouldSwap = false;
      window.location.reload();
      return;
    }
    const at = document.activeElement;
    const target = event.detail.target;
    lost = at && at !== target && target.contains(at) && !at.id ? { mark: markOf(at), id: target.id } : null;
  });

  document.addEventListener("htmx:afterSettle", function () {
    const root = lost && lost.id && document.getElementById(lost.id);
    const again = root && document.activeElement === document.body && sameIn(root, lost.mark);
    if (again) {
      if (again.matches("tr, [data-row]")) {
        again.tabIndex = -1;
      }
      again.focus({ preventScroll: true });
    }
    lost = root ? null : lost;
  });

  function showStale(event) {
    const target = event.detail.target;
    const note = target && target.querySelector("[data-stale]");
    if (note) {
      target.querySelectorAll(".loading").forEach(function (each) { each.remove(); });
      note.hidden = false;
    }
  }

  document.addEventListener("htmx:responseError", function (event) {
    if (event.detail.xhr.status !== 403) {
      showStale(event);
      return;
    }
    const told = document.getElementById("forbidden-part");
    if (told && event.detail.target !== document.body) {
      event.detail.target.replaceChildren(told.content.cloneNode(true));
    }
  });
  document.addEventListener("htmx:sendError", showStale);
  document.addEventListener("htmx:timeout", showStale);
})();

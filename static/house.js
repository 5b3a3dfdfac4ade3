"use strict";

/* The little behaviour the pages need; everything works without it except the drawer and dialogs. */

(function () {
  const drawer = document.getElementById("drawer");
  const drawerBody = document.getElementById("drawer-body");

  /* The drawer's page is part of the address, so reloading and sharing keep it. */
  function remember(path) {
    const here = new URL(window.location.href);
    if (path) {
      here.searchParams.set("drawer", path);
    } else {
      here.searchParams.delete("drawer");
    }
    window.history.replaceState(window.history.state, "", here);
  }

  function isOwnPath(path) {
    return Boolean(path) && new URL(path, window.location.origin).origin === window.location.origin;
  }

  function openDrawer(path) {
    const url = new URL(path, window.location.origin);
    const own = url.pathname + url.search;
    drawer.querySelector("[data-drawer-page]").setAttribute("href", own);
    window.htmx.ajax("GET", own, { target: "#drawer-body", swap: "innerHTML" }).then(function () {
      if (!drawer.open) {
        drawer.showModal();
      }
      remember(own);
    });
  }

  function openMenu(open) {
    const nav = document.getElementById("nav");
    const button = document.querySelector("[data-menu]");
    if (nav && button) {
      nav.classList.toggle("nav-open", open);
      button.setAttribute("aria-expanded", String(open));
    }
  }

  document.addEventListener("click", function (event) {
    const target = event.target;
    const plain = !event.ctrlKey && !event.metaKey && !event.shiftKey && event.button === 0;
    const link = target.closest("a[data-drawer]");
    if (link && plain && drawer && window.htmx) {
      event.preventDefault();
      openDrawer(link.getAttribute("href"));
      return;
    }
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

  /* A form is sent once: its button locks while the answer is on its way. */
  document.addEventListener("submit", function (event) {
    const form = event.target;
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

  /* Coming back with the browser's history shows the page as it was left: unlock it. */
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
        box.checked = all.checked;
      });
    }
  });

  document.addEventListener("keydown", function (event) {
    const typing = event.target.closest("input, textarea, select, [contenteditable]");
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.isComposing) {
      const search = document.querySelector("[data-search]");
      if (search) {
        event.preventDefault();
        search.focus();
        search.select();
      }
    }
    if (event.key === "Escape") {
      openMenu(false);
    }
  });

  function showLost(lost) {
    const line = document.getElementById("lost-line");
    if (line) {
      line.hidden = !lost;
    }
  }
  window.addEventListener("offline", function () { showLost(true); });
  window.addEventListener("online", function () { showLost(false); });
  document.addEventListener("htmx:sendError", function () { showLost(true); });
  document.addEventListener("htmx:afterOnLoad", function () { showLost(false); });

  if (drawer && drawerBody) {
    /* What the drawer may not or cannot show is shown as a page that says why. */
    document.addEventListener("htmx:responseError", function (event) {
      if (event.detail.target === drawerBody) {
        window.location.assign(event.detail.pathInfo.requestPath);
      }
    });
    drawer.addEventListener("close", function () {
      drawerBody.replaceChildren();
      remember("");
    });
    const asked = new URLSearchParams(window.location.search).get("drawer");
    if (asked && asked.startsWith("/") && isOwnPath(asked) && window.htmx) {
      openDrawer(asked);
    }
  }
})();

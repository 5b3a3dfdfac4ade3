"use strict";

/* The drawer: a[data-drawer] opens its page at the side. The drawer's page is part of the address
   (?drawer=), so reloading and sharing keep it. */

window.house = window.house || {};

(function () {
  const drawer = document.getElementById("drawer");
  const body = document.getElementById("drawer-body");
  if (!drawer || !body) {
    return;
  }
  let opener = null;

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
    return path.startsWith("/") && new URL(path, window.location.origin).origin === window.location.origin;
  }

  function open(path) {
    const url = new URL(path, window.location.origin);
    const own = url.pathname + url.search;
    drawer.querySelector("[data-drawer-page]").setAttribute("href", own);
    if (!drawer.open) {
      opener = document.activeElement;
      /* Grey lines come by themselves after 300 ms: who waits sees that something is on its way. */
      body.replaceChildren(document.getElementById("loading-part").content.cloneNode(true));
      drawer.showModal();
      body.focus({ preventScroll: true });
    }
    return window.htmx.ajax("GET", own, { target: "#drawer-body", swap: "innerHTML" }).then(function () {
      if (!drawer.open) {
        body.replaceChildren();
        return;
      }
      drawer.scrollTop = 0;
      remember(own);
      /* What had the focus may be gone; the next Tab begins at the top of what is shown. */
      if (!drawer.contains(document.activeElement)) {
        body.focus({ preventScroll: true });
      }
    }, function () {
      if (body.querySelector(".loading")) {
        drawer.close();
      }
    });
  }

  document.addEventListener("click", function (event) {
    const plain = !event.ctrlKey && !event.metaKey && !event.shiftKey && event.button === 0;
    const link = event.target.closest("a[data-drawer]");
    if (link && plain && window.htmx) {
      event.preventDefault();
      open(link.getAttribute("href"));
    }
  });

  /* What one may not see is said in the drawer (swaps.js); what it cannot show, on a page that says
     why. Without an answer there is nothing to show: the line below says that the house is lost. */
  document.addEventListener("htmx:responseError", function (event) {
    if (event.detail.target === body && event.detail.xhr.status !== 403) {
      window.location.assign(event.detail.pathInfo.requestPath);
    }
  });
  drawer.addEventListener("close", function () {
    body.replaceChildren();
    remember("");
    if (opener && opener.isConnected) {
      opener.focus();
    }
  });

  window.house.drawer = { open: open };
  const asked = new URLSearchParams(window.location.search).get("drawer");
  if (asked && isOwnPath(asked) && window.htmx) {
    open(asked);
  }
})();

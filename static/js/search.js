"use strict";

/* `/` goes to the page's own search box, where there is one. */

(function () {
  window.house.keys.add("/", function () {
    const search = document.querySelector("main [data-search]");
    if (!search) {
      return false;
    }
    search.focus();
    search.select();
    return true;
  });
})();

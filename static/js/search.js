"use strict";

/* `/` goes to the page's own search box; where there is none, to the search over everything. */

(function () {
  window.house.keys.add("/", function () {
    const search = document.querySelector("main [data-search]");
    if (search) {
      search.focus();
      search.select();
    } else if (window.house.palette) {
      window.house.palette.open("");
    } else {
      return false;
    }
    return true;
  });
})();

"use strict";

/* The palette: Ctrl+K finds everything by a few letters; a scanned code opens its page at once. */

(function () {
  const palette = document.getElementById("palette");
  if (!palette) {
    return;
  }
  const box = document.getElementById("palette-box");
  const list = document.getElementById("palette-hits");
  const none = document.getElementById("palette-none");
  const told = document.getElementById("palette-told");
  const AFTER_MS = 140;
  const MOST_PAGES = 5;
  let timer = 0;
  let chosen = -1;
  let shownFor = null;
  let asked = null;

  function open(words) {
    if (!palette.open) {
      palette.showModal();
    }
    box.value = words || "";
    show(box.value, { groups: [], jump: "" });
    box.focus();
  }

  function options() {
    return Array.from(list.querySelectorAll("[role=option]"));
  }

  function choose(index) {
    const all = options();
    chosen = all.length === 0 ? -1 : (index + all.length) % all.length;
    all.forEach(function (option, at) {
      option.setAttribute("aria-selected", String(at === chosen));
    });
    if (chosen >= 0) {
      box.setAttribute("aria-activedescendant", all[chosen].id);
      all[chosen].scrollIntoView({ block: "nearest" });
    } else {
      box.removeAttribute("aria-activedescendant");
    }
  }

  /* Pages of the navigation are found here: they are all on this page already. */
  function pages(words) {
    const small = words.toLowerCase();
    return Array.from(document.querySelectorAll(".nav-side a"))
      .filter(function (link) {
        return small && link.querySelector("span").textContent.toLowerCase().includes(small);
      })
      .slice(0, MOST_PAGES)
      .map(function (link) {
        return { title: link.querySelector("span").textContent, detail: "", url: link.getAttribute("href") };
      });
  }

  function optionFor(hit, number) {
    const option = document.createElement("a");
    option.setAttribute("role", "option");
    option.setAttribute("aria-selected", "false");
    option.id = "palette-hit-" + number;
    option.href = hit.url;
    option.tabIndex = -1;
    const title = document.createElement("span");
    title.className = "hit-title";
    title.textContent = hit.title;
    const detail = document.createElement("span");
    detail.className = "hit-detail";
    detail.textContent = hit.detail;
    option.append(title, detail);
    return option;
  }

  function tellNone(text) {
    none.textContent = text;
    none.hidden = text === "";
  }

  function show(words, answer) {
    shownFor = words;
    list.replaceChildren();
    let number = 0;
    const groups = answer.groups.concat([{ label: palette.dataset.pages, hits: pages(words) }]);
    groups.forEach(function (group, at) {
      if (group.hits.length === 0) {
        return;
      }
      const section = document.createElement("div");
      section.setAttribute("role", "group");
      const title = document.createElement("div");
      title.className = "palette-title";
      title.id = "palette-group-" + at;
      title.textContent = group.label;
      section.setAttribute("aria-labelledby", title.id);
      section.append(title);
      group.hits.forEach(function (hit) {
        section.append(optionFor(hit, number));
        number += 1;
      });
      list.append(section);
    });
    const nothing = number === 0 && words.trim().length > 1 && answer.asked;
    told.textContent = nothing ? palette.dataset.none : words ? String(number) : "";
    tellNone(nothing ? palette.dataset.none : "");
    list.hidden = number === 0;
    box.setAttribute("aria-expanded", String(number > 0));
    choose(number ? 0 : -1);
  }

  function ask(words) {
    if (asked) {
      asked.abort();
    }
    asked = new AbortController();
    const url = palette.dataset.hits + "?q=" + encodeURIComponent(words);
    return window
      .fetch(url, { signal: asked.signal, headers: { Accept: "application/json" }, redirect: "error" })
      .then(function (answer) {
        if (!answer.ok) {
          throw new Error(String(answer.status));
        }
        return answer.json();
      })
      .then(function (answer) {
        answer.asked = true;
        if (box.value.trim() === words) {
          show(words, answer);
        }
        return answer;
      });
  }

  function say(trouble) {
    if (trouble.name !== "AbortError") {
      told.textContent = palette.dataset.lost;
      list.replaceChildren();
      list.hidden = true;
      tellNone(palette.dataset.lost);
    }
  }

  function follow(url) {
    palette.close();
    window.location.assign(url);
  }

  /* A code that names one thing opens it; else what is chosen opens. */
  function enter() {
    const words = box.value.trim();
    window.clearTimeout(timer);
    if (words === "") {
      return;
    }
    if (shownFor === words && chosen > 0) {
      follow(options()[chosen].href);
      return;
    }
    ask(words)
      .then(function (answer) {
        const all = options();
        if (answer.jump) {
          follow(answer.jump);
        } else if (all.length) {
          follow(all[Math.max(0, chosen)].href);
        }
      })
      .catch(say);
  }

  box.addEventListener("input", function (event) {
    window.clearTimeout(timer);
    if (event.isComposing) {
      return;
    }
    const words = box.value.trim();
    timer = window.setTimeout(function () {
      if (words.length < 2) {
        show(words, { groups: [], jump: "" });
      } else {
        ask(words).catch(say);
      }
    }, AFTER_MS);
  });
  box.addEventListener("compositionend", function () {
    box.dispatchEvent(new Event("input", { bubbles: true }));
  });
  box.addEventListener("keydown", function (event) {
    if (event.isComposing) {
      return;
    }
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      choose(chosen + (event.key === "ArrowDown" ? 1 : -1));
    } else if (event.key === "Enter") {
      event.preventDefault();
      enter();
    } else if (event.key === "Escape") {
      /* A search box would first be emptied; here one press closes. */
      event.preventDefault();
      palette.close();
    }
  });
  palette.querySelector("form").addEventListener("submit", function (event) {
    event.preventDefault();
    enter();
  });
  palette.addEventListener("close", function () {
    window.clearTimeout(timer);
    if (asked) {
      asked.abort();
    }
  });

  window.house.keys.add("ctrl+k", function () { open(""); }, { typing: true, dialog: true });
  document.addEventListener("click", function (event) {
    if (event.target.closest("[data-opens-palette]")) {
      open("");
    }
  });
  /* Scanned while no box had the focus: the code opens what it names. */
  document.addEventListener("house:scan", function (event) {
    open(event.detail);
    enter();
  });
  window.house.palette = { open: open };
})();

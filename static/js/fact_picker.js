"use strict";

/* A box to find a fact in: a combobox over a list in groups. Arrows walk, Enter takes, Escape leaves
   it as it was. house.factPicker({facts, known, value, labels, focus, pick}) gives the element; facts that
   are not `known` here are not offered, and named when nothing else fits. */

(function () {
  let count = 0;

  function make(tag, attributes, text) {
    const found = document.createElement(tag);
    Object.entries(attributes || {}).forEach(function (pair) { found.setAttribute(pair[0], pair[1]); });
    if (text !== undefined) {
      found.textContent = text;
    }
    return found;
  }

  function fits(fact, typed) {
    const heap = [fact.label, fact.names.zh, fact.names.en, fact.code, fact.subject_label].join(" ").toLowerCase();
    return typed.toLowerCase().split(/\s+/).every(function (word) { return heap.includes(word); });
  }

  function factPicker(given) {
    count += 1;
    const listId = "fact-list-" + count;
    const box = make("div", { class: "fact-picker" });
    const chosen = given.facts.find(function (fact) { return fact.code === given.value; });
    const input = make("input", {
      type: "text", role: "combobox", autocomplete: "off", spellcheck: "false", "aria-expanded": "false",
      "aria-controls": listId, "aria-autocomplete": "list", "aria-label": given.labels.fact,
      placeholder: given.labels.pick, "data-focus": given.focus,
    });
    const list = make("div", { class: "fact-list", role: "listbox", id: listId, "aria-label": given.labels.fact });
    list.hidden = true;
    input.value = chosen ? chosen.label : given.value || "";
    input.title = chosen ? chosen.about || chosen.code : "";
    box.append(input, list);
    let active = -1;

    function options() {
      return Array.from(list.querySelectorAll("[role=option]"));
    }

    function light(index) {
      const all = options();
      all.forEach(function (option, number) {
        option.setAttribute("aria-selected", String(number === index));
      });
      active = index;
      if (all[index]) {
        input.setAttribute("aria-activedescendant", all[index].id);
        all[index].scrollIntoView({ block: "nearest" });
      } else {
        input.removeAttribute("aria-activedescendant");
      }
    }

    function fill(typed) {
      list.replaceChildren();
      let group = null;
      let subject = "";
      const fitting = given.facts.filter(function (fact) { return fits(fact, typed); });
      fitting.filter(given.known).forEach(function (fact, number) {
        if (fact.subject !== subject) {
          subject = fact.subject;
          group = make("div", { role: "group", "aria-label": fact.subject_label });
          group.append(make("div", { class: "fact-subject", "aria-hidden": "true" }, fact.subject_label));
          list.append(group);
        }
        const option = make("div", { role: "option", class: "fact-option", id: listId + "-" + number, "data-code": fact.code, "aria-selected": "false" });
        option.append(make("span", {}, fact.label));
        if (fact.unit_label) {
          option.append(make("span", { class: "soft" }, " " + fact.unit_label));
        }
        if (fact.about) {
          option.append(make("div", { class: "second-line" }, fact.about));
        }
        group.append(option);
      });
      if (!group) {
        const names = fitting.slice(0, 3).map(function (fact) { return fact.label; }).join(", ");
        const why = names ? given.labels.unknown_here.replace("%s", names) : given.labels.nothing;
        const none = make("div", { role: "option", class: "fact-option soft", "aria-disabled": "true", id: listId + "-none", "aria-selected": "false" }, why);
        list.append(none);
      }
    }

    function open(typed) {
      fill(typed);
      list.hidden = false;
      input.setAttribute("aria-expanded", "true");
      const at = options().findIndex(function (option) { return option.dataset.code === given.value; });
      light(typed ? 0 : at);
    }

    function close() {
      list.hidden = true;
      input.setAttribute("aria-expanded", "false");
      input.removeAttribute("aria-activedescendant");
      input.value = chosen ? chosen.label : given.value || "";
    }

    function take(option) {
      if (option && option.dataset.code) {
        close();
        given.pick(option.dataset.code);
      }
    }

    input.addEventListener("focus", function () { input.select(); });
    input.addEventListener("click", function () { if (list.hidden) { open(""); } });
    input.addEventListener("input", function () { open(input.value.trim()); });
    input.addEventListener("blur", close);
    input.addEventListener("keydown", function (event) {
      const all = options();
      if (event.altKey || event.isComposing) {
        return;
      }
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        if (list.hidden) {
          open("");
        }
        const step = event.key === "ArrowDown" ? 1 : -1;
        light(Math.max(0, Math.min(options().length - 1, active + step)));
        event.preventDefault();
      } else if (event.key === "Enter") {
        event.preventDefault();
        if (!list.hidden) {
          take(all[active]);
        }
      } else if (event.key === "Escape" && !list.hidden) {
        event.stopPropagation();
        close();
      }
    });
    /* Before the input loses the focus. */
    list.addEventListener("mousedown", function (event) {
      event.preventDefault();
      take(event.target.closest("[role=option]"));
    });
    return box;
  }

  window.house = window.house || {};
  window.house.factPicker = factPicker;
  window.house.make = make;
})();

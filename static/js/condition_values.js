"use strict";

/* The fields on the right of a comparison, by the type of the fact.
   house.conditionValues({node, fact, takes, params, labels, wordsUrl, changed, redraw, newParam})
   gives the elements; `changed` is called when a value was typed, `redraw` when fields come or go. */

(function () {
  const make = window.house.make;
  let lists = 0;

  function localMoment(text) {
    const moment = new Date(text);
    if (!text || Number.isNaN(moment.getTime())) {
      return "";
    }
    return new Date(moment.getTime() - moment.getTimezoneOffset() * 60000).toISOString().slice(0, 16);
  }

  function withZone(local) {
    if (!local) {
      return "";
    }
    const ahead = -new Date(local).getTimezoneOffset();
    const both = [Math.floor(Math.abs(ahead) / 60), Math.abs(ahead) % 60].map(function (each) {
      return String(each).padStart(2, "0");
    });
    return local + ":00" + (ahead < 0 ? "-" : "+") + both.join(":");
  }

  function choose(pairs, value, empty) {
    const select = make("select");
    if (empty !== undefined) {
      select.append(make("option", { value: "" }, empty));
    }
    pairs.forEach(function (pair) { select.append(make("option", { value: pair[0] }, pair[1])); });
    select.value = value === undefined || value === null ? "" : String(value);
    return select;
  }

  /* A text field that offers the words there are, asked of the server while one types. */
  function worded(input, given) {
    lists += 1;
    const list = make("datalist", { id: "condition-words-" + lists });
    let timer = 0;
    function ask() {
      window.clearTimeout(timer);
      timer = window.setTimeout(function () {
        const query = new URLSearchParams({ fact: given.fact.code, q: input.value });
        window.fetch(given.wordsUrl + "?" + query, { headers: { Accept: "application/json" } })
          .then(function (answer) { return answer.ok ? answer.json() : { words: [] }; })
          .then(function (found) {
            list.replaceChildren(...found.words.map(function (word) { return make("option", { value: word }); }));
          })
          .catch(function () { list.replaceChildren(); });
      }, 200);
    }
    input.setAttribute("list", list.id);
    input.addEventListener("focus", ask);
    input.addEventListener("input", ask);
    return list;
  }

  function typeOf(type) {
    return { date: "date", datetime: "datetime-local" }[type] || "text";
  }

  /* One field for one value; typing writes into the slot at once. */
  function field(given, slot, label, focus) {
    const fact = given.fact;
    let input;
    const parts = [];
    if (fact.type === "bool") {
      input = choose([["true", given.labels.yes], ["false", given.labels.no]], slot.value, given.labels.choose);
    } else if (fact.choices.length) {
      input = choose(fact.choices.map(function (each) { return [each.code, each.label]; }), slot.value, given.labels.choose);
    } else {
      input = make("input", { type: typeOf(fact.type), autocomplete: "off" });
      input.value = fact.type === "datetime" ? localMoment(slot.value) : slot.value === undefined || slot.value === null ? "" : String(slot.value);
      if (["integer", "number", "money", "percent"].includes(fact.type)) {
        input.inputMode = "decimal";
        input.classList.add("num");
      }
      if (fact.source) {
        parts.push(worded(input, given));
      }
    }
    input.setAttribute("aria-label", label);
    input.dataset.focus = focus;
    input.addEventListener("input", function () {
      slot.value = fact.type === "datetime" ? withZone(input.value) : input.value;
      given.changed();
    });
    return [input, ...parts];
  }

  /* Fixed, or one of the rule's parameters, or a new one. */
  function source(given, slot, focus) {
    const pairs = given.params.map(function (each) { return ["=" + each.name, given.labels.param.replace("%s", each.name)]; });
    const select = choose([["", given.labels.fixed], ...pairs, ["+", given.labels.new_param]], slot.param === null ? "" : "=" + slot.param);
    if (slot.param !== null && select.value === "") {
      select.append(make("option", { value: "=" + slot.param }, given.labels.param.replace("%s", slot.param)));
      select.value = "=" + slot.param;
    }
    select.className = "condition-source";
    select.setAttribute("aria-label", given.labels.fixed + " / " + given.labels.param.replace("%s", ""));
    select.dataset.focus = focus;
    select.addEventListener("change", function () {
      if (select.value === "+") {
        given.newParam(slot);
        return;
      }
      slot.param = select.value === "" ? null : select.value.slice(1);
      given.redraw(focus);
    });
    return select;
  }

  function single(given, slot, label, focus) {
    const row = make("span", { class: "condition-value" });
    if (slot.param === null) {
      row.append(...field(given, slot, label, focus));
      if (given.fact.unit_label) {
        row.append(make("span", { class: "condition-unit soft" }, given.fact.unit_label));
      }
    }
    row.append(source(given, slot, focus + ":source"));
    return row;
  }

  function ticked(given) {
    const box = make("span", { class: "condition-ticks", role: "group", "aria-label": given.labels.value });
    given.fact.choices.forEach(function (choice) {
      const label = make("label", { class: "choice" });
      const tick = make("input", { type: "checkbox", "data-focus": given.node.id + ":" + choice.code });
      tick.checked = given.node.slots.some(function (slot) { return slot.value === choice.code; });
      tick.addEventListener("change", function () {
        given.node.slots = given.node.slots.filter(function (slot) { return slot.value !== choice.code; });
        if (tick.checked) {
          given.node.slots.push({ value: choice.code, param: null });
        }
        given.changed();
      });
      label.append(tick, make("span", {}, choice.label));
      box.append(label);
    });
    return box;
  }

  function tokens(given) {
    const node = given.node;
    const box = make("span", { class: "condition-tokens" });
    node.slots.forEach(function (slot, number) {
      const shown = slot.param === null ? String(slot.value) : given.labels.param.replace("%s", slot.param);
      const chip = make("span", { class: "chip condition-token" }, shown);
      const remove = make("button", { type: "button", class: "condition-token-off", "aria-label": given.labels.drop.replace("%s", shown) }, "×");
      remove.addEventListener("click", function () {
        node.slots.splice(number, 1);
        given.redraw(node.id + ":value");
      });
      chip.append(remove);
      box.append(chip);
    });
    const input = make("input", { type: typeOf(given.fact.type), autocomplete: "off", "aria-label": given.labels.values, placeholder: given.labels.values, "data-focus": node.id + ":value" });
    function take() {
      const words = (given.fact.type === "date" ? [input.value] : input.value.split(/[,，、;；\n\t]+/)).map(function (word) { return word.trim(); }).filter(Boolean);
      words.forEach(function (word) {
        if (!node.slots.some(function (slot) { return slot.value === word; })) {
          node.slots.push({ value: word, param: null });
        }
      });
      return words.length > 0;
    }
    input.addEventListener("keydown", function (event) {
      if (event.isComposing || event.altKey) {
        return;
      }
      if (event.key === "Enter" || event.key === ",") {
        event.preventDefault();
        if (take()) {
          given.redraw(node.id + ":value");
        }
      } else if (event.key === "Backspace" && input.value === "" && node.slots.length) {
        node.slots.pop();
        given.redraw(node.id + ":value");
      }
    });
    input.addEventListener("blur", function (event) {
      const to = event.relatedTarget && event.relatedTarget.dataset.focus;
      if (take()) {
        given.redraw(to);
      }
    });
    box.append(input);
    if (given.fact.source) {
      box.append(worded(input, given));
    }
    return box;
  }

  function conditionValues(given) {
    const node = given.node;
    if (given.takes === "nothing") {
      return [];
    }
    if (given.takes === "list") {
      node.slots = node.slots.filter(function (slot) { return slot.param !== null || (slot.value !== "" && slot.value !== undefined); });
      if (node.slots.length === 1 && node.slots[0].param !== null && node.whole) {
        return [single(given, node.slots[0], given.labels.value, node.id + ":value")];
      }
      return [given.fact.choices.length ? ticked(given) : tokens(given)];
    }
    const many = given.takes === "two" ? 2 : 1;
    while (node.slots.length < many) {
      node.slots.push({ value: "", param: null });
    }
    node.slots.length = many;
    if (many === 1) {
      return [single(given, node.slots[0], given.labels.value, node.id + ":value")];
    }
    return [
      single(given, node.slots[0], given.labels.low, node.id + ":value"),
      make("span", { class: "soft", "aria-hidden": "true" }, "–"),
      single(given, node.slots[1], given.labels.high, node.id + ":high"),
    ];
  }

  window.house.conditionValues = conditionValues;
})();

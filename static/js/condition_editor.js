"use strict";

/* The editor of conditions: .condition-editor[data-condition-editor]. It draws the tree that stands
   in its hidden field, writes every change back, and marks what the server finds wrong. Alt+↑ and
   Alt+↓ move the part that has the focus; all else works with Tab, Enter and the arrows. */

(function () {
  const house = window.house;
  const make = house.make;
  const trees = house.conditionTree;

  function start(editor) {
    const facts = JSON.parse(document.getElementById("condition-facts").textContent);
    const labels = JSON.parse(document.getElementById("condition-labels").textContent);
    const byCode = Object.fromEntries(facts.map(function (fact) { return [fact.code, fact]; }));
    const kept = editor.querySelector("input[name=condition]");
    const keptParams = editor.querySelector("input[name=params]");
    const place = editor.querySelector("[data-tree]");
    const said = editor.querySelector("[data-said]");
    const top = trees.root(JSON.parse(kept.value || "{}"));
    const params = Object.entries(JSON.parse(keptParams.value || "{}")).map(function (pair) {
      return { name: pair[0], value: pair[1] };
    });

    /* Where the page has a trigger to choose, only facts that it knows are offered. */
    const trigger = editor.dataset.ofTrigger ? document.querySelector(editor.dataset.ofTrigger) : null;

    function known(fact) {
      return !trigger || fact.known_to.includes(trigger.value);
    }

    function write() {
      kept.value = JSON.stringify(trees.write(top, byCode, ""));
      keptParams.value = JSON.stringify(Object.fromEntries(params.map(function (each) {
        const plain = typeof each.value === "string" && /^-?\d+(\.\d+)?$/.test(each.value.trim());
        return [each.name, plain ? Number(each.value) : each.value];
      })));
    }

    function changed() {
      write();
      editor.dispatchEvent(new CustomEvent("written"));
    }

    function redraw(focus) {
      const here = document.activeElement;
      const wanted = focus || (editor.contains(here) ? here.dataset.focus : "");
      place.replaceChildren(drawGroup(top));
      drawParams();
      changed();
      mark();
      const target = wanted && editor.querySelector("[data-focus='" + wanted + "']");
      if (target) {
        target.focus();
      }
    }

    function button(text, label, focus, act) {
      const found = make("button", { type: "button", class: "btn btn-sm", "aria-label": label, title: label, "data-focus": focus }, text);
      found.addEventListener("click", act);
      return found;
    }

    function shift(node, step) {
      if (trees.move(top, node, step)) {
        redraw();
      }
    }

    function remove(node) {
      const parent = trees.parentOf(top, node);
      const at = parent.parts.indexOf(node);
      parent.parts.splice(at, 1);
      const beside = parent.parts[at] || parent.parts[at - 1];
      redraw(beside ? beside.id + (beside.parts ? ":mode" : ":fact") : parent.id + ":add");
    }

    function tools(node) {
      const box = make("span", { class: "condition-tools" });
      box.append(
        button("↑", labels.up, node.id + ":up", function () { shift(node, -1); }),
        button("↓", labels.down, node.id + ":down", function () { shift(node, 1); }),
        button("×", labels.remove, node.id + ":remove", function () { remove(node); })
      );
      return box;
    }

    function add(node, part, focus) {
      node.parts.push(part);
      redraw(part.id + focus);
    }

    function drawGroup(node) {
      const box = make("div", { class: "condition-group condition-" + node.mode, role: "group", "aria-label": labels[node.mode], "data-node": node.id });
      const head = make("div", { class: "condition-head" });
      const mode = make("select", { "aria-label": labels.mode, "data-focus": node.id + ":mode" });
      ["all", "any", "none", "notall"].forEach(function (each) {
        mode.append(make("option", { value: each }, labels[each]));
      });
      mode.value = node.mode;
      mode.addEventListener("change", function () {
        node.mode = mode.value;
        redraw();
      });
      head.append(mode);
      if (node !== top) {
        head.append(tools(node));
      }
      const foot = make("div", { class: "condition-foot" });
      const addLeaf = make("button", { type: "button", class: "btn btn-sm", "data-focus": node.id + ":add" }, "+ " + labels.add);
      addLeaf.addEventListener("click", function () { add(node, trees.leaf(), ":fact"); });
      const addGroup = make("button", { type: "button", class: "btn btn-sm", "data-focus": node.id + ":group" }, "+ " + labels.group);
      addGroup.addEventListener("click", function () { add(node, trees.group(), ":add"); });
      foot.append(addLeaf, addGroup);
      box.append(head, ...node.parts.map(function (part) { return part.parts ? drawGroup(part) : drawLeaf(part); }), foot);
      return box;
    }

    function pickFact(node, code) {
      const fact = byCode[code];
      const before = byCode[node.fact];
      node.fact = code;
      if (!fact.comparisons.some(function (each) { return each.code === node.is; })) {
        node.is = fact.comparisons[0].code;
      }
      if (!before || before.type !== fact.type || fact.choices.length) {
        node.slots = [];
      }
      redraw(node.id + ":is");
    }

    function drawLeaf(node) {
      const box = make("div", { class: "condition-leaf", "data-node": node.id });
      const fact = byCode[node.fact];
      box.append(house.factPicker({
        facts: facts, known: known, value: node.fact, labels: labels, focus: node.id + ":fact",
        pick: function (code) { pickFact(node, code); },
      }));
      if (fact) {
        box.append(...compared(node, fact));
      }
      box.append(tools(node));
      return box;
    }

    function compared(node, fact) {
      const select = make("select", { class: "condition-is", "aria-label": labels.comparison, "data-focus": node.id + ":is" });
      fact.comparisons.forEach(function (each) { select.append(make("option", { value: each.code }, each.label)); });
      const known = fact.comparisons.find(function (each) { return each.code === node.is; });
      if (!known) {
        select.prepend(make("option", { value: node.is }, node.is || labels.choose));
      }
      select.value = node.is;
      select.addEventListener("change", function () {
        node.is = select.value;
        redraw();
      });
      const takes = known ? known.takes : "one";
      return [select, ...house.conditionValues({
        node: node, fact: fact, takes: takes, params: params, labels: labels, wordsUrl: editor.dataset.wordsUrl,
        changed: changed, redraw: redraw, newParam: newParam,
      })];
    }

    function newParam(slot) {
      let number = params.length + 1;
      while (params.some(function (each) { return each.name === "p" + number; })) {
        number += 1;
      }
      params.push({ name: "p" + number, value: slot.value === undefined ? "" : slot.value });
      slot.param = "p" + number;
      redraw("param:" + (params.length - 1));
    }

    function rename(param, name) {
      if (name && !params.some(function (each) { return each !== param && each.name === name; })) {
        trees.slotsIn(top).forEach(function (slot) {
          if (slot.param === param.name) {
            slot.param = name;
          }
        });
        param.name = name;
      }
      redraw();
    }

    function drawParams() {
      const rows = editor.querySelector("[data-param-rows]");
      editor.querySelector("[data-params]").hidden = params.length === 0;
      rows.replaceChildren(...params.map(function (param, number) {
        const row = make("div", { class: "condition-param" });
        const name = make("input", { type: "text", maxlength: "40", "aria-label": labels.param_name, "data-focus": "param:" + number });
        const value = make("input", { type: "text", "aria-label": labels.param_value, "data-focus": "param:" + number + ":value" });
        name.value = param.name;
        value.value = String(param.value);
        name.addEventListener("change", function () { rename(param, name.value.trim()); });
        value.addEventListener("input", function () {
          param.value = value.value;
          changed();
        });
        row.append(name, make("span", { class: "soft", "aria-hidden": "true" }, "="), value, button("×", labels.remove, "param:" + number + ":remove", function () {
          trees.slotsIn(top).forEach(function (slot) {
            if (slot.param === param.name) {
              slot.param = null;
              slot.value = param.value;
            }
          });
          params.splice(number, 1);
          redraw("param:0");
        }));
        return row;
      }));
    }

    function nodeAt(path, from) {
      if (from.paths && from.paths.includes(path)) {
        return from;
      }
      return (from.parts || []).reduce(function (found, part) { return found || nodeAt(path, part); }, null);
    }

    /* The server's faults, each beside the part that it speaks of. */
    function mark() {
      editor.querySelectorAll(".condition-fault").forEach(function (each) { each.remove(); });
      editor.querySelectorAll(".condition-wrong").forEach(function (each) { each.classList.remove("condition-wrong"); });
      said.querySelectorAll("[data-fault-path]").forEach(function (fault) {
        const node = nodeAt(fault.dataset.faultPath, top);
        const box = node && place.querySelector("[data-node='" + node.id + "']");
        if (box) {
          box.classList.add("condition-wrong");
          const note = make("div", { class: "field-error condition-fault" }, fault.textContent);
          if (node.parts) {
            box.querySelector(".condition-head").after(note);
          } else {
            box.append(note);
          }
        }
      });
    }

    editor.addEventListener("keydown", function (event) {
      const step = event.altKey ? { ArrowUp: -1, ArrowDown: 1 }[event.key] : 0;
      const box = step && event.target.closest("[data-node]");
      if (box) {
        event.preventDefault();
        const find = function (from) {
          return String(from.id) === box.dataset.node ? from : (from.parts || []).reduce(function (found, part) { return found || find(part); }, null);
        };
        shift(find(top), step);
      }
    });
    said.addEventListener("htmx:afterSwap", mark);
    if (trigger) {
      trigger.addEventListener("change", changed);
    }
    redraw();
  }

  document.querySelectorAll("[data-condition-editor]").forEach(start);
  /* htmx listens only when the page is whole. */
  window.addEventListener("load", function () {
    document.querySelectorAll("[data-condition-editor]").forEach(function (editor) {
      editor.dispatchEvent(new CustomEvent("written"));
    });
  });
})();

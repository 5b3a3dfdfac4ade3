"use strict";

/* A condition as the editor keeps it, from and to the tree that the server reads.
   A group counts its parts as "all", "any", "none" (not any) or "notall" (not all); a comparison has
   slots for its values, each a fixed value or the name of a parameter. */

(function () {
  let last = 0;

  function next() {
    last += 1;
    return last;
  }

  function group(mode, parts) {
    return { id: next(), mode: mode, parts: parts };
  }

  function slot(value) {
    const param = value && typeof value === "object" && typeof value.param === "string" ? value.param : null;
    return { value: param === null ? value : "", param: param };
  }

  function leaf(given) {
    const value = given.value;
    const many = Array.isArray(value) ? value : value === undefined || value === null ? [] : [value];
    return { id: next(), fact: given.fact || "", is: given.is || "", slots: many.map(slot), whole: !Array.isArray(value) };
  }

  function read(tree) {
    const given = tree && typeof tree === "object" ? tree : {};
    if (Array.isArray(given.all)) {
      return group("all", given.all.map(read));
    }
    if (Array.isArray(given.any)) {
      return group("any", given.any.map(read));
    }
    if (given.not && typeof given.not === "object") {
      if (given.not.not) {
        return read(given.not.not);
      }
      const inner = read(given.not);
      if (!inner.parts) {
        return group("none", [inner]);
      }
      inner.mode = { all: "notall", any: "none", none: "any", notall: "all" }[inner.mode];
      return inner;
    }
    return leaf(given);
  }

  /* The root is always a group, so that something can be added. */
  function root(tree) {
    const found = read(tree);
    return found.parts ? found : group("all", found.fact || found.is ? [found] : []);
  }

  function typed(value, type) {
    if (type === "bool") {
      return value === true || value === "true" ? true : value === false || value === "false" ? false : value;
    }
    if (type === "integer" && /^\s*-?\d{1,15}\s*$/.test(String(value))) {
      return Number(value);
    }
    return typeof value === "string" ? value.trim() : value;
  }

  function valueOf(one, type) {
    return one.param === null ? typed(one.value, type) : { param: one.param };
  }

  function writeLeaf(node, facts) {
    const fact = facts[node.fact];
    const found = {};
    if (node.fact) { found.fact = node.fact; }
    if (node.is) { found.is = node.is; }
    const comparison = fact && fact.comparisons.find(function (each) { return each.code === node.is; });
    const takes = comparison ? comparison.takes : "one";
    const values = node.slots.map(function (one) { return valueOf(one, fact ? fact.type : ""); });
    if (takes === "list") {
      found.value = node.slots.length === 1 && node.slots[0].param !== null && node.whole ? values[0] : values;
    } else if (takes === "two") {
      found.value = values;
    } else if (takes === "one" && values.length) {
      found.value = values[0];
    }
    return found;
  }

  /* Writes the tree and notes for each node under which paths the server speaks of it. */
  function write(node, facts, path) {
    node.paths = [path];
    if (!node.parts) {
      return writeLeaf(node, facts);
    }
    const negated = node.mode === "none" || node.mode === "notall";
    const key = node.mode === "all" || node.mode === "notall" ? "all" : "any";
    const here = negated ? (path ? path + ".not" : "not") : path;
    if (negated) {
      node.paths.push(here);
    }
    const parts = node.parts.map(function (part, number) {
      return write(part, facts, (here ? here + "." : "") + key + "[" + number + "]");
    });
    const found = {};
    found[key] = parts;
    return negated ? { not: found } : found;
  }

  function parentOf(from, node) {
    if (!from.parts) {
      return null;
    }
    if (from.parts.includes(node)) {
      return from;
    }
    return from.parts.reduce(function (found, part) { return found || parentOf(part, node); }, null);
  }

  /* One step in the order of reading: past a comparison, into a group, out of a group. */
  function move(top, node, step) {
    const parent = parentOf(top, node);
    if (!parent) {
      return false;
    }
    const at = parent.parts.indexOf(node);
    const beside = parent.parts[at + step];
    if (!beside && parent === top) {
      return false;
    }
    parent.parts.splice(at, 1);
    if (!beside) {
      const above = parentOf(top, parent);
      above.parts.splice(above.parts.indexOf(parent) + (step > 0 ? 1 : 0), 0, node);
    } else if (beside.parts) {
      beside.parts.splice(step > 0 ? 0 : beside.parts.length, 0, node);
    } else {
      parent.parts.splice(at + step, 0, node);
    }
    return true;
  }

  function slotsIn(node) {
    return node.parts ? node.parts.flatMap(slotsIn) : node.slots;
  }

  window.house = window.house || {};
  window.house.conditionTree = {
    root: root, write: write, parentOf: parentOf, move: move, slotsIn: slotsIn,
    group: function () { return group("any", []); },
    leaf: function () { return leaf({}); },
  };
})();

"use strict";

/*
 * Draws every element with `data-chart` (the address of its data) with ECharts, which is loaded only
 * then. Colours are the page's own, also when the theme changes. Without this file the tables below
 * the charts say the same.
 */

(function () {
  const here = document.currentScript;
  const source = here && here.dataset.echarts;
  const language = document.documentElement.lang || "zh-hans";
  const drawn = new Map();
  let loading = null;

  function load() {
    if (window.echarts) {
      return Promise.resolve();
    }
    loading = loading || new Promise(function (done, failed) {
      const script = document.createElement("script");
      script.src = source;
      script.onload = done;
      script.onerror = failed;
      document.head.appendChild(script);
    });
    return loading;
  }

  function token(name, otherwise) {
    return getComputedStyle(document.body).getPropertyValue(name).trim() || otherwise;
  }

  function colours() {
    return {
      ink: token("--ink", "#1f2937"),
      soft: token("--ink-soft", "#6b7280"),
      line: token("--line", "#e5e7eb"),
      paper: token("--paper", "#ffffff"),
      mean: token("--warn", "#b45309"),
      target: token("--ok", "#15803d"),
      bad: token("--bad", "#b91c1c"),
      set: [
        token("--accent", "#0f766e"), "#c2410c", "#4f46e5", "#a16207", "#be185d", "#0369a1",
        "#4d7c0f", "#7e22ce",
      ],
    };
  }

  const plain = new Intl.NumberFormat(language, { maximumFractionDigits: 1 });

  function written(value, shown) {
    if (value === null || value === undefined) {
      return "–";
    }
    if (shown === "PERCENT") {
      return plain.format(value * 100) + " %";
    }
    if (shown === "SECONDS") {
      return duration(value);
    }
    return plain.format(value);
  }

  function duration(seconds) {
    const chinese = language.startsWith("zh");
    const steps = chinese
      ? [[86400, " 天"], [3600, " 小时"], [60, " 分"], [1, " 秒"]]
      : [[86400, " days"], [3600, " h"], [60, " min"], [1, " s"]];
    const step = steps.find(function (each) { return seconds >= each[0]; }) || steps[3];
    return plain.format(seconds / step[0]) + step[1];
  }

  function mark(value, label, colour) {
    return {
      yAxis: value,
      label: { formatter: label, color: colour, position: "insideEndTop", fontSize: 11 },
      lineStyle: { color: colour, type: "dashed", width: 1 },
    };
  }

  function lineOf(line, number, data, look) {
    const made = {
      name: line.label,
      type: data.bars ? "bar" : "line",
      stack: data.stacks ? "all" : undefined,
      data: line.values,
      // A single value between gaps has no line: only its mark shows it.
      showSymbol: line.values.filter(function (value) { return value !== null; }).length < 40,
      symbolSize: 5,
      connectNulls: false,
      barMaxWidth: 28,
      lineStyle: { width: 2 },
      itemStyle: { color: look.set[number % look.set.length] },
    };
    if (number === 0) {
      const marks = [];
      if (data.target !== null) {
        marks.push(mark(data.target, data.target_label, look.target));
      }
      if (typeof data.baseline === "number") {
        marks.push(mark(data.baseline, data.baseline_label, look.soft));
      }
      if (data.split) {
        marks.push({
          xAxis: data.split,
          label: { formatter: data.split, color: look.soft },
          lineStyle: { color: look.soft, type: "solid" },
        });
        marks.push(mark(data.before, data.before_label, look.soft));
        marks.push(mark(data.after, data.after_label, look.ink));
      }
      (data.marks || []).forEach(function (each) {
        marks.push(mark(each.value, each.label, look.mean));
      });
      if ((data.areas || []).length) {
        made.markArea = {
          silent: true,
          itemStyle: { color: look.bad, opacity: 0.12 },
          label: { color: look.bad, fontSize: 11, position: "insideTop" },
          data: data.areas.map(function (each) {
            return [{ name: each.label, xAxis: each.from }, { xAxis: each.until }];
          }),
        };
      }
      made.markLine = {
        silent: true,
        symbol: "none",
        data: marks.filter(function (each) { return each.yAxis !== null; }),
      };
    }
    return made;
  }

  function isEmpty(data) {
    return data.lines.every(function (line) {
      return line.values.every(function (value) { return value === null; });
    });
  }

  function options(data, small, empty) {
    const look = colours();
    const lines = data.lines.map(function (line, number) {
      return lineOf(line, number, data, look);
    });
    if (data.mean.length) {
      lines.push({
        name: data.mean_label, type: "line", data: data.mean, showSymbol: false, smooth: true,
        lineStyle: { width: 2, type: "dotted" }, itemStyle: { color: look.mean },
      });
    }
    return {
      title: {
        show: isEmpty(data), text: empty, left: "center", top: "middle",
        textStyle: { color: look.soft, fontSize: 13, fontWeight: "normal" },
      },
      animation: !window.matchMedia("(prefers-reduced-motion: reduce)").matches,
      animationDuration: 250,
      textStyle: { fontFamily: getComputedStyle(document.body).fontFamily, color: look.ink },
      aria: { enabled: true, label: { description: data.summary }, decal: { show: false } },
      grid: { left: 8, right: 16, top: lines.length > 1 ? 34 : 14, bottom: 4, containLabel: true },
      legend: {
        show: lines.length > 1, top: 0, left: 0, type: "scroll", itemHeight: 8,
        textStyle: { color: look.soft, fontSize: 12 },
      },
      tooltip: {
        trigger: "axis",
        /* Drawn, not written as markup: the page's policy allows no styles in markup. */
        renderMode: "richText",
        confine: true,
        backgroundColor: look.paper,
        borderColor: look.line,
        textStyle: { color: look.ink, fontSize: 12 },
        valueFormatter: function (value) { return written(value, data.shown); },
      },
      xAxis: {
        type: "category",
        data: data.axis,
        axisLine: { lineStyle: { color: look.line } },
        axisTick: { show: false },
        axisLabel: {
          color: look.soft, hideOverlap: true,
          formatter: function (label) { return /^\d{4}-/.test(label) ? label.slice(5) : label; },
        },
      },
      yAxis: {
        type: "value",
        splitNumber: small ? 3 : 5,
        splitLine: { lineStyle: { color: look.line } },
        axisLabel: {
          color: look.soft,
          formatter: function (value) { return written(value, data.shown); },
        },
      },
      series: lines,
    };
  }

  /* The same figures as rows, where the page has not written them itself. */
  function fill(table, data) {
    const head = table.createTHead().insertRow();
    data.headings.forEach(function (label, place) {
      const cell = document.createElement("th");
      cell.scope = "col";
      cell.textContent = label;
      cell.className = place ? "num" : "";
      head.appendChild(cell);
    });
    const body = table.createTBody();
    data.rows.forEach(function (row) {
      const line = body.insertRow();
      row.forEach(function (text, place) {
        const cell = line.insertCell();
        cell.textContent = text;
        cell.className = place ? "num" : "nowrap";
      });
    });
  }

  function draw(element, data) {
    const before = drawn.get(element);
    if (!before) {
      element.replaceChildren();
    }
    const chart = before ? before.chart : window.echarts.init(element, null, { renderer: "canvas" });
    chart.setOption(options(data, element.clientHeight < 200, element.dataset.empty || ""), true);
    element.setAttribute("role", "img");
    element.setAttribute("aria-label", data.summary);
    element.dataset.drawn = "yes";
    drawn.set(element, { chart: chart, data: data });
  }

  function partOf(id) {
    const part = document.getElementById(id);
    return part ? part.content.cloneNode(true) : document.createTextNode("");
  }

  function begin(element) {
    element.replaceChildren(partOf("loading-part"));
    Promise.all([
      fetch(element.dataset.chart, { credentials: "same-origin" }).then(function (answer) {
        if (!answer.ok) {
          throw new Error(String(answer.status));
        }
        return answer.json();
      }),
      load(),
    ]).then(function (both) {
      draw(element, both[0]);
      const table = element.dataset.table && document.getElementById(element.dataset.table);
      if (table && !table.tHead) {
        fill(table, both[0]);
      }
    }, function (trouble) {
      element.classList.add("chart-failed");
      if (trouble instanceof Error && trouble.message === "403") {
        element.replaceChildren(partOf("forbidden-part"));
      } else {
        element.textContent = element.dataset.failed || "";
      }
    });
  }

  function again() {
    drawn.forEach(function (each, element) {
      if (!element.isConnected) {
        each.chart.dispose();
        drawn.delete(element);
        return;
      }
      draw(element, each.data);
    });
  }

  function start() {
    const elements = document.querySelectorAll("[data-chart]:not([data-drawn])");
    const watch = new IntersectionObserver(function (seen) {
      seen.forEach(function (each) {
        if (each.isIntersecting) {
          watch.unobserve(each.target);
          begin(each.target);
        }
      });
    }, { rootMargin: "200px" });
    elements.forEach(function (element) {
      watch.observe(element);
    });
    new ResizeObserver(function () {
      drawn.forEach(function (each) {
        each.chart.resize();
      });
    }).observe(document.body);
    window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", again);
    document.addEventListener("house:theme", again);
  }

  start();
})();

/// The one script. Every page works without it; it saves clicks, moves live pages and copies
/// commands.
package enum Script {
    package static let text = [base, selection, live].joined(separator: "\n")

    private static let base = #"""
        "use strict";
        const all = (selector, root = document) => Array.from(root.querySelectorAll(selector));
        const typing = (target) => target.closest("input:not([type=checkbox]), select, textarea");

        // The theme's buttons are a form; here the change needs no new page.
        all("form.theme").forEach((form) => form.addEventListener("submit", (event) => {
          const theme = event.submitter && event.submitter.value;
          if (!theme) return;
          event.preventDefault();
          document.cookie = `theme=${theme}; Path=/; Max-Age=31536000; SameSite=Strict; Secure`;
          document.documentElement.dataset.theme = theme;
          all("button", form).forEach((button) =>
            button.setAttribute("aria-pressed", String(button.value === theme)));
        }));

        // The viewer's own time joins UTC.
        const localTimes = (root) => all("time[datetime]", root).forEach((time) => {
          const date = new Date(time.dateTime);
          if (time.dataset.local || Number.isNaN(date.getTime())) return;
          time.dataset.local = "1";
          const own = date.toLocaleString(undefined, { dateStyle: "medium", timeStyle: "long" });
          time.title += "\n" + own;
        });
        localTimes(document);

        // Filters apply themselves.
        all("form[data-filter] select, form[data-filter] input[type=checkbox]").forEach((control) =>
          control.addEventListener("change", () => control.form.requestSubmit()));
        // Empty fields do not go into the URL.
        all("form[data-filter]").forEach((form) => form.addEventListener("submit", () =>
          all("input, select", form).forEach((field) => { field.disabled = !field.value; })));

        all("[data-copy]").forEach((button) => {
          button.hidden = false;
          button.addEventListener("click", async () => {
            const source = document.getElementById(button.dataset.copy);
            await navigator.clipboard.writeText(source.textContent);
            const label = button.querySelector("span") || button;
            const before = label.textContent;
            label.textContent = "Copied";
            setTimeout(() => { label.textContent = before; }, 1500);
          });
        });

        // A form is sent once, whatever the finger does.
        document.addEventListener("submit", (event) => {
          if (event.defaultPrevented || event.target.method !== "post") return;
          if (event.target.dataset.sent) { event.preventDefault(); return; }
          event.target.dataset.sent = "1";
          setTimeout(() => { delete event.target.dataset.sent; }, 4000);
        });

        const rows = () => all("tbody tr").filter((row) => row.querySelector("th a"));
        const step = (by) => {
          const list = rows();
          const here = list.findIndex((row) => row.contains(document.activeElement));
          const next = list[Math.max(0, Math.min(list.length - 1, here < 0 ? 0 : here + by))];
          if (next) next.querySelector("th a").focus();
        };
        document.addEventListener("keydown", (event) => {
          if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
          const search = document.querySelector("input[type=search]");
          if (event.key === "/" && search) {
            event.preventDefault();
            search.focus();
            search.select();
          }
          if (event.key === "j") step(1);
          if (event.key === "k") step(-1);
          if (event.key === "x") {
            const row = event.target.closest("tr");
            const box = row && row.querySelector("[data-select]");
            if (box) box.click();
          }
        });
        """#

    private static let selection = #"""

        // Selecting: all, a range with shift, and a button that says how many.
        all("form").forEach((form) => {
          const boxes = () => all("[data-select]", form).filter((box) => !box.disabled);
          if (!boxes().length) return;
          const whole = form.querySelector("[data-select-all]");
          const submit = form.querySelector("[data-submit]");
          const [one, many] = submit ? submit.dataset.submit.split("|") : ["", ""];
          const label = submit && (submit.querySelector("span") || submit);
          const words = label ? label.textContent : "";
          let last = null;
          const show = () => {
            const list = boxes();
            const count = list.filter((box) => box.checked).length;
            if (whole) {
              whole.checked = count === list.length;
              whole.indeterminate = count > 0 && count < list.length;
            }
            if (submit) {
              submit.disabled = count === 0;
              const text = count === 0 ? words : count === 1 ? one : many;
              label.textContent = text.replace("#", count);
            }
          };
          form.addEventListener("click", (event) => {
            const box = event.target;
            if (!box.matches || !box.matches("[data-select]")) return;
            const list = boxes();
            if (event.shiftKey && last && list.includes(last)) {
              const [from, to] = [list.indexOf(last), list.indexOf(box)].sort((a, b) => a - b);
              list.slice(from, to + 1).forEach((other) => { other.checked = box.checked; });
            }
            last = box;
            show();
          });
          if (whole) {
            whole.hidden = false;
            whole.addEventListener("change", () => {
              boxes().forEach((box) => { box.checked = whole.checked; });
              show();
            });
          }
          window.addEventListener("pageshow", show);
          show();
        });
        """#

    private static let live = #"""

        // While a scan is asked for, the page is loaded again once it has come, unless something is
        // chosen.
        all("[data-poll]").filter((note) => note.dataset.poll).forEach((note) => {
          const timer = setInterval(async () => {
            const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
            if (!answer.ok) return;
            const page = new DOMParser().parseFromString(await answer.text(), "text/html");
            const fresh = page.getElementById(note.id);
            if (!fresh || fresh.dataset.poll === note.dataset.poll) return;
            clearInterval(timer);
            if (!document.querySelector("[data-select]:checked")) location.reload();
          }, 3000);
        });

        // A live part: on each event its fragment is fetched, and only what differs is replaced, by
        // id.
        all("[data-live]").forEach((region) => {
          let waiting = false;
          let again = false;
          const refresh = async () => {
            if (waiting) { again = true; return; }
            waiting = true;
            try {
              const accept = { Accept: "text/html" };
              const answer = await fetch(region.dataset.fragment, { headers: accept });
              if (!answer.ok) return;
              const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
              all("[id]", fresh.body).forEach((piece) => {
                const old = document.getElementById(piece.id);
                if (!old || !region.contains(old)) return;
                localTimes(piece);
                if (old.outerHTML === piece.outerHTML) return;
                const focus = document.activeElement;
                const held = old.contains(focus) && focus.getAttribute("href");
                old.replaceWith(piece);
                const twin = held && piece.querySelector(`a[href="${CSS.escape(held)}"]`);
                if (twin) twin.focus({ preventScroll: true });
              });
              if (fresh.querySelector("[data-ended]")) { source.close(); clearInterval(timer); }
            } finally {
              waiting = false;
              if (again) { again = false; refresh(); }
            }
          };
          const source = new EventSource(region.dataset.live);
          source.addEventListener("deployment", refresh);
          source.addEventListener("end", refresh);
          // A server restart ends the stream; the browser connects again, and this closes the gap
          // between.
          const timer = setInterval(refresh, 15000);
          window.addEventListener("pagehide", () => { source.close(); clearInterval(timer); });
        });
        """#
}

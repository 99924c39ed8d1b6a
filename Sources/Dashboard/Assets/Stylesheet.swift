/// The one style sheet, put together from its parts. Colours are state only; everything stands on a
/// grid of 4 px and a scale of 12, 13, 15, 20 and 28 px.
enum Stylesheet {
    static let text = [tokens, frame, words, controls, tables, states, pieces, small, print]
        .joined(separator: "\n")

    /// Colours in both themes: each pair of text and ground has a contrast of at least 4.5:1, each
    /// border of a control 3:1.
    private static let tokens = """
        :root {
          color-scheme: light dark;
          --ground: light-dark(#ffffff, #101114);
          --side: light-dark(#f7f7f9, #15161a);
          --lift: light-dark(#f4f5f7, #1b1d21);
          --hover: light-dark(#f3f4f7, #191b1f);
          --line: light-dark(#e5e6eb, #282a30);
          --edge: light-dark(#868b96, #6a6f7a);
          --text: light-dark(#191a1e, #e8e9ed);
          --dim: light-dark(#595d67, #a2a6b1);
          --accent: light-dark(#2b50c7, #93abff);
          --accent-ground: light-dark(#eef2ff, #1a2140);
          --on-accent: light-dark(#ffffff, #0c1330);
          --ok: light-dark(#17703e, #5fcb8d);
          --bad: light-dark(#b3261b, #ff8f85);
          --warn: light-dark(#875200, #e9b354);
          --ok-fill: light-dark(#2f9e62, #37a169);
          --bad-fill: light-dark(#d4483d, #e0665b);
          --unknown-fill: light-dark(#9a9fab, #7d828e);
          --bad-ground: light-dark(#fdf1f0, #2a1614);
          --warn-ground: light-dark(#fdf6e7, #271d0b);
          --ok-ground: light-dark(#eef8f2, #10231a);
          --mono: ui-monospace, "SF Mono", "Cascadia Mono", "Liberation Mono", Menlo, monospace;
        }
        :root[data-theme=light] { color-scheme: light }
        :root[data-theme=dark] { color-scheme: dark }
        """

    private static let frame = """
        *, ::before, ::after { box-sizing: border-box }
        html { scroll-padding-top: 48px; -webkit-text-size-adjust: 100% }
        body {
          margin: 0; background: var(--ground); color: var(--text); font-size: 13px; line-height: 20px;
          font-family: system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", sans-serif;
          font-variant-numeric: tabular-nums; -webkit-font-smoothing: antialiased;
        }
        .shell { display: grid; grid-template-columns: 212px minmax(0, 1fr); min-height: 100vh }
        .side {
          background: var(--side); border-right: 1px solid var(--line); padding: 12px 8px;
          position: sticky; top: 0; height: 100vh; overflow-y: auto; display: flex; flex-direction: column; gap: 12px;
        }
        .brand {
          display: flex; align-items: center; gap: 8px; padding: 4px 8px; font-size: 15px; font-weight: 600;
          color: var(--text); letter-spacing: -.01em;
        }
        .brand .i { width: 20px; height: 20px; color: var(--accent) }
        .side nav { display: flex; flex-direction: column; gap: 1px }
        .side nav a, .side .who a {
          display: flex; align-items: center; gap: 8px; min-height: 28px; padding: 4px 8px; border-radius: 6px; color: var(--dim);
          font-weight: 500;
        }
        .side nav a:hover, .side .who a:hover { background: var(--lift); color: var(--text); text-decoration: none }
        .side a[aria-current] { background: var(--lift); color: var(--text) }
        .side nav .gap { height: 12px }
        .who { margin-top: auto; display: flex; flex-direction: column; gap: 4px; border-top: 1px solid var(--line); padding-top: 8px }
        .who form { display: flex; gap: 4px; padding: 0 4px }
        .theme { display: flex; gap: 0 }
        .theme button { border: 0; background: none; min-height: 28px; padding: 0 8px; color: var(--dim); border-radius: 6px }
        .theme button[aria-pressed=true] { background: var(--lift); color: var(--text) }
        main { padding: 20px 32px 64px; min-width: 0; max-width: 1360px; width: 100% }
        .skip { position: absolute; left: -999px; top: 0; background: var(--ground); padding: 8px 12px; z-index: 9 }
        .skip:focus { left: 8px; top: 8px }
        .bare { max-width: 380px; margin: 12vh auto 0; padding: 0 20px }
        .bare .brand { padding: 0; margin-bottom: 24px }
        :focus-visible { outline: 2px solid var(--accent); outline-offset: 1px; border-radius: 4px }
        main:focus { outline: 0 }
        """

    private static let words = """
        a { color: var(--accent); text-decoration: none }
        a:hover { text-decoration: underline; text-underline-offset: 2px }
        h1 { font-size: 20px; line-height: 28px; font-weight: 600; letter-spacing: -.015em; margin: 0; overflow-wrap: anywhere }
        h2 { font-size: 15px; line-height: 20px; font-weight: 600; letter-spacing: -.01em; margin: 0 }
        h3 { font-size: 13px; line-height: 20px; font-weight: 600; margin: 0 }
        p { margin: 0 }
        p + p { margin-top: 8px }
        small, .small { font-size: 12px; line-height: 16px }
        .dim { color: var(--dim) }
        .after { margin-top: 8px }
        .mono, code, pre, kbd { font-family: var(--mono); font-size: 12px }
        .num { text-align: right; white-space: nowrap }
        .nowrap { white-space: nowrap }
        .big { font-size: 28px; line-height: 32px; font-weight: 600; letter-spacing: -.02em }
        svg[width="0"] { position: absolute }
        .i { width: 16px; height: 16px; flex: none; fill: none; stroke: currentColor; stroke-width: 1.5; stroke-linecap: round; stroke-linejoin: round }
        .title { display: flex; flex-wrap: wrap; align-items: flex-start; gap: 8px 16px; margin-bottom: 16px; min-height: 32px }
        .title > :first-child { flex: 1 1 320px; min-width: 0 }
        .title .dim { margin-top: 2px }
        .crumb { font-size: 12px; line-height: 16px; color: var(--dim); margin-bottom: 4px }
        .crumb a { color: var(--dim) }
        .acts { display: flex; flex-wrap: wrap; gap: 8px; align-items: center }
        time { white-space: nowrap }
        kbd { border: 1px solid var(--line); border-bottom-width: 2px; border-radius: 4px; padding: 0 4px; color: var(--dim) }
        .vh { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap }
        [hidden] { display: none }
        @media (min-width: 861px) { .narrow { display: none } }
        """

    private static let controls = """
        button, .button, input, select, textarea { font: inherit; color: inherit }
        button, .button {
          display: inline-flex; align-items: center; justify-content: center; gap: 6px; min-height: 32px; padding: 4px 12px;
          border: 1px solid light-dark(#cfd2da, #3c3f48); border-radius: 6px; background: var(--ground); color: var(--text); font-weight: 500; cursor: pointer;
          white-space: nowrap;
        }
        button:hover, .button:hover { background: var(--hover); text-decoration: none }
        button:disabled { color: var(--dim); cursor: default; opacity: .75 }
        .main { background: var(--accent); border-color: var(--accent); color: var(--on-accent) }
        .main:hover { background: color-mix(in srgb, var(--accent), var(--text) 14%) }
        .main:disabled { background: var(--lift); border-color: var(--line); color: var(--dim); opacity: 1 }
        .danger { border-color: var(--bad); color: var(--bad) }
        .danger:hover { background: var(--bad-ground) }
        .quiet { border-color: transparent; background: none; color: var(--dim); padding: 4px 8px }
        .quiet:hover { color: var(--text) }
        input[type=text], input[type=search], input[type=password], input[type=number], input[type=datetime-local], select {
          min-height: 32px; padding: 4px 8px; border: 1px solid var(--edge); border-radius: 6px; background: var(--ground); max-width: 100%;
        }
        input::placeholder { color: var(--dim); opacity: 1 }
        input[type=checkbox], input[type=radio] { width: 16px; height: 16px; margin: 0; accent-color: var(--accent); vertical-align: -3px }
        .field { display: flex; flex-direction: column; gap: 4px; margin-bottom: 16px; max-width: 420px; min-width: 0 }
        .field input, .field select { width: 100%; min-width: 0 }
        .field > label, .field > .label { font-weight: 500 }
        .field small { color: var(--dim) }
        .row { display: flex; flex-wrap: wrap; gap: 8px 16px }
        .row .field { flex: 1 1 140px }
        .filters { display: flex; flex-wrap: wrap; gap: 8px 12px; align-items: center; margin-bottom: 8px }
        .filters .s { font-weight: 400 } .title .filters { margin: 0 }
        .find { position: relative; flex: 0 1 300px }
        .find .i { position: absolute; left: 8px; top: 8px; color: var(--dim) }
        .find input { width: 100%; padding-left: 30px; padding-right: 30px }
        .find kbd { position: absolute; right: 8px; top: 6px; line-height: 18px }
        .find input:focus + kbd, .find input:not(:placeholder-shown) + kbd { display: none }
        .chips { display: flex; flex-wrap: wrap; gap: 8px; align-items: center; margin: 0 0 8px }
        .chip {
          display: inline-flex; align-items: center; gap: 4px; min-height: 24px; padding: 0 6px 0 10px; border-radius: 12px; background: var(--accent-ground);
          color: var(--accent); font-weight: 500;
        }
        .chip .i { width: 14px; height: 14px }
        @media (scripting: enabled) { .noscript { display: none } }
        @media (scripting: none) { .find kbd, .script { display: none } }
        """

    private static let tables = """
        .wrap { border: 1px solid var(--line); border-radius: 8px; overflow: clip; margin-bottom: 16px }
        table { width: 100%; border-collapse: separate; border-spacing: 0 }
        caption { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%) }
        th, td { text-align: left; padding: 5px 8px; vertical-align: middle; font-weight: 400 }
        th:first-child, td:first-child { padding-left: 16px }
        th:last-child, td:last-child { padding-right: 16px }
        thead th {
          position: sticky; top: 0; z-index: 1; background: var(--side); color: var(--dim); font-size: 12px; line-height: 20px; font-weight: 500;
          border-bottom: 1px solid var(--line); white-space: nowrap;
        }
        thead th a { color: inherit; display: inline-flex; align-items: center; gap: 2px }
        thead th[aria-sort] a { color: var(--text) }
        thead th .i { width: 14px; height: 14px }
        th.num, td.num { text-align: right }
        tbody td, tbody th { height: 32px; border-top: 1px solid var(--line); line-height: 20px }
        tbody tr:first-child td, tbody tr:first-child th { border-top: 0 }
        tbody tr:hover > * { background: var(--hover) }
        tbody tr:has(:checked) > * { background: var(--accent-ground) }
        tbody th a, td a.strong { color: var(--text); font-weight: 500 }
        td.cut { max-width: 220px; overflow: hidden; text-overflow: ellipsis; white-space: nowrap }
        .tight td, tbody th { white-space: nowrap }
        tbody th { max-width: 340px; overflow: hidden; text-overflow: ellipsis }
        .tight td.free { white-space: normal }
        @media (min-width: 641px) and (max-width: 1180px) { .wrap { overflow-x: auto } }
        td.why { color: var(--dim); min-width: 220px }
        td.pick, th.pick { width: 40px; padding-right: 0 }
        td.pick label { display: block; padding: 4px 12px; margin: -4px -12px }
        .ver { font-family: var(--mono); font-size: 12px; white-space: nowrap }
        .under { display: flex; flex-wrap: wrap; gap: 8px 16px; align-items: center; justify-content: space-between; color: var(--dim); margin-bottom: 24px }
        .pager { display: flex; gap: 8px }
        form > .wrap { margin-bottom: 0 }
        .grip {
          position: sticky; bottom: 0; z-index: 2; display: flex; flex-wrap: wrap; gap: 8px 12px; align-items: center; padding: 12px 0; background: var(--ground);
          border-top: 1px solid var(--line); margin-top: -1px;
        }
        """

    private static let states = """
        .s { display: inline-flex; align-items: center; gap: 6px; white-space: nowrap; font-weight: 500; vertical-align: top }
        .s.ok { color: var(--ok) } .s.bad { color: var(--bad) } .s.warn { color: var(--warn) } .s.run { color: var(--accent) }
        .s.unknown, .s.idle { color: var(--dim) }
        .tag { display: inline-block; margin-right: 4px; padding: 0 6px; border: 1px solid var(--line); border-radius: 4px; font-size: 12px; line-height: 18px; color: var(--dim); white-space: nowrap }
        .tag.sec { color: var(--bad); border-color: color-mix(in srgb, var(--bad), transparent 60%) }
        .bar { display: block; width: 100%; height: 12px; border-radius: 6px; overflow: hidden }
        .bar.thin { height: 6px; border-radius: 3px; min-width: 80px; margin: 6px 0 4px } td .bar.thin { margin: 0 }
        .f-ok { fill: var(--ok-fill) } .f-bad { fill: var(--bad-fill) } .f-run { fill: var(--accent) } .f-idle { fill: var(--line) }
        .f-warn { fill: var(--warn) } .f-hatch { fill: url(#hatch) }
        .h-ground { fill: var(--lift) } .h-line { stroke: var(--unknown-fill); stroke-width: 3 }
        .key { display: flex; flex-wrap: wrap; gap: 4px 20px; margin-top: 8px }
        .key a { color: var(--text) }
        .key b { font-weight: 600 }
        .swatch { width: 10px; height: 10px; border-radius: 2px; overflow: hidden; flex: none }
        .spin { animation: spin 2s linear infinite }
        @keyframes spin { to { transform: rotate(1turn) } }
        @media (prefers-reduced-motion: reduce) { .spin { animation: none } }
        """

    private static let pieces = """
        .note { display: flex; gap: 8px; padding: 8px 12px; border-radius: 8px; border: 1px solid var(--line); margin-bottom: 16px; background: var(--side) }
        .note .i { margin-top: 2px }
        .note.bad { background: var(--bad-ground); border-color: color-mix(in srgb, var(--bad), transparent 65%) } .note.bad .i { color: var(--bad) }
        .note.warn { background: var(--warn-ground); border-color: color-mix(in srgb, var(--warn), transparent 65%) } .note.warn .i { color: var(--warn) }
        .note.ok { background: var(--ok-ground); border-color: color-mix(in srgb, var(--ok), transparent 65%) } .note.ok .i { color: var(--ok) }
        .four { display: grid; grid-template-columns: minmax(0, 6fr) minmax(0, 5fr); grid-template-rows: auto auto 1fr; border: 1px solid var(--line); border-radius: 10px; overflow: clip }
        .four > section { padding: 20px 24px; border-top: 1px solid var(--line); border-left: 1px solid var(--line); min-width: 0 }
        .four > section:nth-child(1) { grid-row: 1 / 4; border-left: 0 }
        .four > section:nth-child(-n+2) { border-top: 0 }
        .four header, .head { display: flex; align-items: baseline; justify-content: space-between; gap: 12px; margin-bottom: 12px }
        .four table { margin-top: 16px } .four td:first-child, .four th:first-child { padding-left: 0 } .four td:last-child, .four th:last-child { padding-right: 0 }
        .four thead th { background: none; position: static }
        .figure:not(:has(.big)) { align-items: center }
        .figure { display: flex; flex-wrap: wrap; align-items: baseline; gap: 0 8px; margin-bottom: 12px }
        .list { list-style: none; margin: 0; padding: 0 }
        .list > li { display: flex; gap: 8px; padding: 7px 0; border-top: 1px solid var(--line); align-items: flex-start }
        .list > li:first-child { border-top: 0; padding-top: 0 }
        .list .i { margin-top: 2px }
        .list .grow { flex: 1; min-width: 0; overflow-wrap: anywhere }
        .list a { color: var(--text); font-weight: 500 }
        .part { margin-top: 32px }
        .part > .head { margin-bottom: 8px }
        .facts { display: grid; grid-template-columns: repeat(auto-fill, minmax(190px, 1fr)); gap: 12px 24px; margin: 0 0 8px }
        .facts dt { color: var(--dim); font-size: 12px; line-height: 16px }
        .facts dd { margin: 0; overflow-wrap: anywhere }
        .tabs { display: flex; gap: 4px; border-bottom: 1px solid var(--line); margin: 16px 0; overflow-x: auto }
        .tabs a { padding: 6px 10px; color: var(--dim); font-weight: 500; border-bottom: 2px solid transparent; margin-bottom: -1px; white-space: nowrap }
        .tabs a:hover { color: var(--text); text-decoration: none }
        .tabs a[aria-current] { color: var(--text); border-color: var(--accent) }
        .tabs .n { color: var(--dim); font-weight: 400 }
        .empty { border: 1px dashed light-dark(#cfd2da, #3c3f48); border-radius: 8px; padding: 24px; color: var(--dim); margin-bottom: 16px }
        .empty h2 { color: var(--text); margin-bottom: 4px }
        .empty .acts { margin-top: 12px }
        .steps { counter-reset: step; list-style: none; margin: 16px 0 0; padding: 0; color: var(--text) }
        .steps > li { counter-increment: step; padding-left: 32px; position: relative; margin-bottom: 16px }
        .steps > li::before { content: counter(step); position: absolute; left: 0; top: 0; width: 20px; height: 20px; border-radius: 10px; background: var(--lift); text-align: center; font-size: 12px; font-weight: 600 }
        .cmd { display: flex; align-items: flex-start; gap: 8px; margin-top: 8px; background: var(--lift); border-radius: 6px; padding: 4px 4px 4px 12px }
        .cmd code { flex: 1; min-width: 0; padding: 6px 0; overflow-wrap: anywhere; white-space: pre-wrap; line-height: 18px }
        .log { margin: 0; padding: 12px 16px; background: var(--lift); border-radius: 8px; overflow-x: auto; line-height: 18px; white-space: pre-wrap; overflow-wrap: anywhere; tab-size: 8 }
        .sum { border: 1px solid var(--line); border-radius: 10px; padding: 20px 24px; margin-bottom: 16px; max-width: 720px }
        .sum > .list { margin: 12px 0 16px }
        .plain { margin: 4px 0 0; padding-left: 20px }
        .split { display: flex; justify-content: space-between; gap: 12px; align-items: baseline }
        details > summary { cursor: pointer; color: var(--dim); padding: 4px 0; width: fit-content }
        details > summary:hover { color: var(--text) }
        """

    /// Narrow windows: the navigation becomes a strip, a table's row becomes lines of labelled
    /// values.
    private static let small = """
        @media (max-width: 860px) {
          .shell { display: block }
          .side { position: static; height: auto; border-right: 0; border-bottom: 1px solid var(--line); padding: 8px 12px 0; gap: 4px; display: grid; grid-template-columns: 1fr auto; overflow: visible }
          .side nav { grid-column: 1 / -1; order: 3; flex-direction: row; overflow-x: auto; margin: 0 -12px; padding: 0 12px 8px; scrollbar-width: none }
          .side nav a { padding: 4px 10px; white-space: nowrap } .side nav a .i { display: none } .side nav .gap { display: none }
          .who { margin: 0; border: 0; padding: 0; flex-direction: row; align-items: center } .who .theme { display: none }
          .brand { padding: 4px }
          main { padding: 16px 16px 48px }
          .four { grid-template-columns: minmax(0, 1fr) }
          .four thead th:nth-child(2) { display: none } .facts { grid-template-columns: repeat(auto-fill, minmax(130px, 1fr)) } .grip .dim { display: none }
          .four > section { padding: 16px; border-left: 0 } .four > section:nth-child(1) { grid-row: auto } .four > section:nth-child(2) { border-top: 1px solid var(--line) }
        }
        @media (max-width: 640px) {
          .wrap table, .wrap tbody, .wrap thead { display: block }
          .wrap thead tr { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%) }
          .wrap tbody tr { display: flex; flex-wrap: wrap; gap: 2px 12px; padding: 8px 12px; border-top: 1px solid var(--line) }
          .wrap tbody tr:first-child { border-top: 0 }
          .wrap tbody td, .wrap tbody th { display: block; border: 0; padding: 0; height: auto; width: auto; min-width: 0; max-width: 100%; text-align: left; overflow-wrap: anywhere }
          .wrap tbody td.cut, .tight td, .wrap tbody th { white-space: normal; max-width: 100% } .wrap tbody td.why { flex-basis: 100% }
          .wrap tbody td[data-label]::before { content: attr(data-label) " "; color: var(--dim) }
          .wrap tbody td:empty { display: none }
          .ver { white-space: normal; overflow-wrap: anywhere }
          tbody tr:hover > *, tbody tr:has(:checked) > * { background: none } .wrap tbody tr:has(:checked) { background: var(--accent-ground) }
          .find { flex: 1 1 100% } .filters select { flex: 1 1 40% } .filters .s { flex-wrap: wrap }
          .four td.ver { display: none }
          .sum { padding: 16px }
        }
        """

    private static let print = """
        @media print {
          :root { color-scheme: light }
          .side, .filters, .acts, .pager, .grip, .tabs, .skip, .pick, .script { display: none !important }
          .shell { display: block } main { padding: 0; max-width: none }
          a { color: inherit } thead th { position: static } tr { break-inside: avoid }
          .wrap, .four { border-radius: 0 } svg { print-color-adjust: exact }
        }
        """
}

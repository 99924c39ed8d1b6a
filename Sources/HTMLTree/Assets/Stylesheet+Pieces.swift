/// The parts of the style sheet that most pages are made of.
extension Stylesheet {
    package static let tables = """
        .wrap { border: 1px solid var(--line); border-radius: 8px; overflow: clip;
          margin-bottom: 16px }
        table { width: 100%; border-collapse: separate; border-spacing: 0 }
        caption { position: absolute; width: 1px; height: 1px; overflow: hidden;
          clip-path: inset(50%) }
        th, td { text-align: left; padding: 5px 8px; vertical-align: middle; font-weight: 400 }
        th:first-child, td:first-child { padding-left: 16px }
        th:last-child, td:last-child { padding-right: 16px }
        thead th {
          position: sticky; top: 0; z-index: 1; background: var(--side); color: var(--dim);
            font-size: 12px; line-height: 20px; font-weight: 500;
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
        tbody th.long { max-width: none; min-width: 140px; white-space: normal;
          overflow-wrap: anywhere }
        .tight td.free { white-space: normal }
        @media (min-width: 641px) { .wrap { overflow-x: auto } }
        td.why { color: var(--dim); min-width: 220px } td.next { min-width: 300px }
        td.pick, th.pick { width: 40px; padding-right: 0 }
        td.pick label { display: block; padding: 4px 12px; margin: -4px -12px }
        .ver { font-family: var(--mono); font-size: 12px; white-space: nowrap }
        .under { display: flex; flex-wrap: wrap; gap: 8px 16px; align-items: center;
          justify-content: space-between; color: var(--dim); margin-bottom: 24px }
        .pager { display: flex; gap: 8px }
        form > .wrap { margin-bottom: 0 }
        .grip {
          position: sticky; bottom: 0; z-index: 2; display: flex; flex-wrap: wrap; gap: 8px 12px;
            align-items: center; padding: 12px 0; background: var(--ground);
          border-top: 1px solid var(--line); margin-top: -1px;
        }
        """

    package static let states = """
        .s { display: inline-flex; align-items: center; gap: 6px; white-space: nowrap;
          font-weight: 500; vertical-align: top }
        td .s:has(time) { flex-wrap: wrap; gap: 0 6px }
        .s.ok { color: var(--ok) } .s.bad { color: var(--bad) } .s.warn { color: var(--warn) }
        .s.run { color: var(--accent) }
        .s.unknown, .s.idle { color: var(--dim) }
        .tag { display: inline-block; margin-right: 4px; padding: 0 6px;
          border: 1px solid var(--line); border-radius: 4px; font-size: 12px; line-height: 18px;
            color: var(--dim); white-space: nowrap }
        .tag.sec { color: var(--bad);
          border-color: color-mix(in srgb, var(--bad), transparent 60%) }
        .bar { display: block; width: 100%; height: 12px; border-radius: 6px; overflow: hidden }
        .bar + .filters { margin-top: 16px }
        .bar.thin { height: 6px; border-radius: 3px; min-width: 80px; margin: 6px 0 4px }
        td .bar.thin { margin: 0 }
        .chart { display: block; width: 100%; height: 220px; border-bottom: 1px solid var(--line) }
        .f-ok { fill: var(--ok-fill) } .f-bad { fill: var(--bad-fill) } .f-run {
          fill: var(--accent) } .f-idle { fill: var(--line) }
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

    package static let pieces = """
        .note { display: flex; gap: 8px; padding: 8px 12px; border-radius: 8px;
          border: 1px solid var(--line); margin-bottom: 16px; background: var(--side) }
        .note .i { margin-top: 2px }
        p + .note { margin-top: 8px }
        .note.bad { background: var(--bad-ground);
          border-color: color-mix(in srgb, var(--bad), transparent 65%) } .note.bad .i {
            color: var(--bad) }
        .note.warn { background: var(--warn-ground);
          border-color: color-mix(in srgb, var(--warn), transparent 65%) } .note.warn .i {
            color: var(--warn) }
        .note.ok { background: var(--ok-ground);
          border-color: color-mix(in srgb, var(--ok), transparent 65%) } .note.ok .i {
            color: var(--ok) }
        .four { display: grid; grid-template-columns: minmax(0, 6fr) minmax(0, 5fr);
          grid-template-rows: auto auto 1fr; border: 1px solid var(--line); border-radius: 10px;
            overflow: clip }
        .four > section { padding: 20px 24px; border-top: 1px solid var(--line);
          border-left: 1px solid var(--line); min-width: 0 }
        .four > section:nth-child(1) { grid-row: 1 / 4; border-left: 0 }
        .four > section:nth-child(-n+2) { border-top: 0 }
        .four header, .head { display: flex; align-items: baseline; justify-content: space-between;
          gap: 12px; margin-bottom: 12px }
        .four table { margin-top: 16px } .four td:first-child, .four th:first-child {
          padding-left: 0 } .four td:last-child, .four th:last-child { padding-right: 0 }
        .four thead th { background: none; position: static }
        .figure:not(:has(.big)) { align-items: center }
        .figure { display: flex; flex-wrap: wrap; align-items: baseline; gap: 0 8px;
          margin-bottom: 12px }
        .list { list-style: none; margin: 0; padding: 0 }
        .list > li { display: flex; gap: 8px; padding: 7px 0; border-top: 1px solid var(--line);
          align-items: flex-start }
        .list > li:first-child { border-top: 0; padding-top: 0 }
        .list .i { margin-top: 2px }
        .list .grow { flex: 1; min-width: 0; overflow-wrap: anywhere }
        h2 + .list { margin-top: 8px }
        .list a { color: var(--text); font-weight: 500 }
        .part { margin-top: 32px }
        .part > .head { margin-bottom: 8px }
        .facts { display: grid; grid-template-columns: repeat(auto-fill, minmax(190px, 1fr));
          gap: 12px 24px; margin: 0 0 8px }
        .facts dt { color: var(--dim); font-size: 12px; line-height: 16px }
        .facts dd { margin: 0; overflow-wrap: anywhere }
        .tabs { display: flex; gap: 4px; border-bottom: 1px solid var(--line); margin: 16px 0;
          overflow-x: auto }
        .tabs a { padding: 6px 10px; color: var(--dim); font-weight: 500;
          border-bottom: 2px solid transparent; margin-bottom: -1px; white-space: nowrap }
        .tabs a:hover { color: var(--text); text-decoration: none }
        .tabs a[aria-current] { color: var(--text); border-color: var(--accent) }
        .tabs .n { color: var(--dim); font-weight: 400 }
        .empty { border: 1px dashed light-dark(#cfd2da, #3c3f48); border-radius: 8px;
          padding: 24px; color: var(--dim); margin-bottom: 16px }
        .empty h2 { color: var(--text); margin-bottom: 4px }
        .empty .acts { margin-top: 12px }
        .steps { counter-reset: step; list-style: none; margin: 16px 0 0; padding: 0;
          color: var(--text) }
        .steps > li { counter-increment: step; padding-left: 32px; position: relative;
          margin-bottom: 16px }
        .steps > li::before { content: counter(step); position: absolute; left: 0; top: 0;
          width: 20px; height: 20px; border-radius: 10px; background: var(--lift);
            text-align: center; font-size: 12px; font-weight: 600 }
        .cmd { display: flex; align-items: flex-start; gap: 8px; margin-top: 8px;
          background: var(--lift); border-radius: 6px; padding: 4px 4px 4px 12px }
        .cmd code { flex: 1; min-width: 0; padding: 6px 0; overflow-wrap: anywhere;
          white-space: pre-wrap; line-height: 18px }
        .log { margin: 0; padding: 12px 16px; background: var(--lift); border-radius: 8px;
          overflow-x: auto; line-height: 18px; white-space: pre-wrap; overflow-wrap: anywhere;
            tab-size: 8 }
        .sum { border: 1px solid var(--line); border-radius: 10px; padding: 20px 24px;
          margin-bottom: 16px; max-width: 720px }
        .sum > .list { margin: 12px 0 16px }
        .plain { margin: 4px 0 0; padding-left: 20px }
        .split { display: flex; justify-content: space-between; gap: 12px; align-items: baseline }
        details > summary { cursor: pointer; color: var(--dim); padding: 4px 0; width: fit-content }
        details > summary:hover { color: var(--text) }
        """

    /// Narrow windows: the navigation becomes a strip, a table's row becomes lines of labelled
    /// values.
    package static let small = """
        @media (max-width: 860px) {
          .shell { display: block }
          .side { position: static; height: auto; border-right: 0;
            border-bottom: 1px solid var(--line); padding: 8px 12px 0; gap: 4px; display: grid;
              grid-template-columns: 1fr auto; overflow: visible }
          .side nav { grid-column: 1 / -1; order: 3; flex-direction: row; overflow-x: auto;
            margin: 0 -12px; padding: 0 12px 8px; scrollbar-width: none }
          .side nav a { padding: 4px 10px; white-space: nowrap } .side nav a .i { display: none }
          .side nav .gap { display: none }
          .who { margin: 0; border: 0; padding: 0; flex-direction: row; align-items: center }
          .who .theme { display: none }
          .brand { padding: 4px }
          main { padding: 16px 16px 48px }
          .four { grid-template-columns: minmax(0, 1fr) }
          .four thead th:nth-child(2) { display: none } .facts {
            grid-template-columns: repeat(auto-fill, minmax(130px, 1fr)) } .grip .dim {
              display: none }
          .four > section { padding: 16px; border-left: 0 } .four > section:nth-child(1) {
            grid-row: auto } .four > section:nth-child(2) { border-top: 1px solid var(--line) }
        }
        @media (max-width: 640px) {
          .wrap table, .wrap tbody, .wrap thead { display: block }
          .wrap thead tr { position: absolute; width: 1px; height: 1px; overflow: hidden;
            clip-path: inset(50%) }
          .wrap tbody tr { display: flex; flex-wrap: wrap; gap: 2px 12px; padding: 8px 12px;
            border-top: 1px solid var(--line) }
          .wrap tbody tr:first-child { border-top: 0 }
          .wrap tbody td, .wrap tbody th { display: block; border: 0; padding: 0; height: auto;
            width: auto; min-width: 0; max-width: 100%; text-align: left; overflow-wrap: anywhere }
          .wrap tbody td.cut, .tight td, .wrap tbody th { white-space: normal; max-width: 100% }
          .wrap tbody td.why { flex-basis: 100%; min-width: 0 }
          .wrap tbody td[data-label]::before { content: attr(data-label) " "; color: var(--dim) }
          .wrap tbody td:empty, .wrap tbody td.no { display: none }
          .head { flex-wrap: wrap; gap: 0 12px }
          .ver { white-space: normal; overflow-wrap: anywhere }
          tbody tr:hover > *, tbody tr:has(:checked) > * { background: none }
          .wrap tbody tr:has(:checked) { background: var(--accent-ground) }
          .find { flex: 1 1 100% } .filters select { flex: 1 1 40% } .filters .s { flex-wrap: wrap }
          .four td.ver { display: none }
          .sum { padding: 16px }
        }
        """

    package static let print = """
        @media print {
          :root { color-scheme: light }
          .side, .filters, .acts, .pager, .grip, .tabs, .skip, .pick, .script {
            display: none !important }
          .shell { display: block } main { padding: 0; max-width: none }
          a { color: inherit } thead th { position: static } tr { break-inside: avoid }
          .wrap, .four { border-radius: 0 } svg { print-color-adjust: exact }
        }
        """
}

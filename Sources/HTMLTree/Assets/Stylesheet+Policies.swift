/// The parts of the style sheet for policies: the editor, written policies, strips of windows.
extension Stylesheet {
    package static let policies = """
        .editor .field:has(textarea) { max-width: none }
        .editor { max-width: 960px }
        .tabs button { border: 0; border-bottom: 2px solid transparent; border-radius: 0;
          background: none; color: var(--dim); margin-bottom: -1px; padding: 6px 10px }
        .tabs button[aria-current] { color: var(--text); border-color: var(--accent); opacity: 1 }
        .editor .part > .dim { margin-bottom: 12px }
        .item { border: 1px solid var(--line); border-radius: 8px; padding: 8px 12px 12px;
          margin-bottom: 8px }
        .item .item { background: var(--side) }
        .item > header { display: flex; align-items: center; min-height: 32px }
        .item > header h3 { flex: 1 }
        .cells { display: flex; flex-wrap: wrap; gap: 8px 12px; margin-bottom: 12px }
        .item > .cells:last-child { margin-bottom: 0 }
        .cells .field { margin: 0; flex: 1 1 180px; max-width: none }
        .cells .wide { flex-basis: 100% } .cells .twice { flex: 2 1 280px }
        .cells .short { flex: 1 1 110px; max-width: 190px }
        .cells .say, .cells .every { flex: 1 1 220px; max-width: 300px }
        .cells.pairs { display: grid; grid-template-columns: 2fr 1fr }
        .checks { display: flex; flex-wrap: wrap; gap: 6px 16px }
        .cells:has(.say) > :is(.if-days, .if-hold),
          .cells:has(.every) > :is(.if-weekdays, .if-nth, .if-month-day, .if-date,
          .if-release),
          .cells:has(.probe) > :is(.if-measured, .if-journal) {
            display: none }
        .cells:has(.say option:is([value=afterDays], [value=byVerdict]):checked) > .if-days,
          .cells:has(.say option[value=hold]:checked) > .if-hold,
          .cells:has(.every option[value=weekdays]:checked) > .if-weekdays,
          .cells:has(.every option[value=nth]:checked) > .if-nth,
          .cells:has(.every option[value=monthDay]:checked) > .if-month-day,
          .cells:has(.every option[value=date]:checked) > .if-date,
          .cells:has(.every option[value=release]:checked) > .if-release,
          .cells:has(.probe option[value=journal]:checked) > .if-journal,
          .cells:has(.probe option:is([value=crashes], [value=journal],
          [value=bootTime]):checked) > .if-measured { display: flex }
        .note a:not(.button) { text-decoration: underline }
        .faults .s { white-space: normal; align-items: flex-start; font-weight: 400 }
        .faults .i { margin-top: 2px }
        .field [aria-invalid] { border-color: var(--bad) }
        .editor .part > button { margin-bottom: 12px } .editor > .field { margin-top: 24px }
        .cells textarea { min-height: 64px }
        @media (max-width: 640px) {
          .cells.pairs { display: flex } .cells .short { flex-basis: 40%; max-width: none }
          .cells .say, .cells .every { flex-basis: 100%; max-width: none }
        }
        textarea { width: 100%; min-height: 240px; padding: 12px; border: 1px solid var(--edge);
          border-radius: 8px; background: var(--ground); resize: vertical }
        textarea.yaml { font-family: var(--mono); font-size: 13px; line-height: 20px;
          white-space: pre; overflow: auto; tab-size: 2 }
        fieldset { border: 0; margin: 0 0 16px; padding: 0; display: flex; flex-direction: column;
          gap: 6px; align-items: flex-start }
        legend { font-weight: 500; padding: 0; margin-bottom: 4px }
        fieldset label.s, .confirm { font-weight: 400; display: flex; gap: 8px;
          align-items: center }
        .confirm { margin-bottom: 16px; font-weight: 500 }
        .confirm input { scroll-margin-bottom: 120px }
        .late { color: var(--bad); font-weight: 500 }
        .names { overflow-wrap: anywhere }
        .written { max-width: 760px } .written h3 { margin: 16px 0 4px }
        .written li { margin-bottom: 4px }
        .sum > h2 { margin-bottom: 12px } .sum h3 { margin: 12px 0 4px }
        .strip { min-width: 220px; width: 40% }
        .scale { display: grid; grid-template-columns: repeat(4, 1fr); margin-top: 4px;
          font-size: 12px; line-height: 16px; color: var(--dim) }
        .openings { columns: 2 340px; margin-bottom: 16px }
        td.free, th.free { white-space: normal; max-width: none }
        td form .quiet { min-height: 24px; padding: 0 8px }
        """
}

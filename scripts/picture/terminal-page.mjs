const LINE = 20;
const COLUMN = 8.43;

/** A page that looks like a terminal window of 100 columns, and its size in CSS pixels. */
export function terminalPage(command, body) {
  const lines = body.split('\n').length + 2;
  const width = Math.ceil(102 * COLUMN) + 2 * 24;
  const height = lines * LINE + 40 + 2 * 20;
  const html = `<!doctype html><meta charset="utf-8"><style>
html, body { margin: 0; background: #0f1419; }
header { height: 40px; background: #1b222b; display: flex; align-items: center; gap: 8px; padding: 0 16px; }
header i { width: 12px; height: 12px; border-radius: 50%; background: #3a4552; }
pre { margin: 0; padding: 18px 24px; color: #d5dbe3;
  font: 14px/${LINE}px "DejaVu Sans Mono", "Noto Sans Mono CJK SC", monospace; }
.bold { font-weight: bold; } .dim { color: #7f8b99; } .red { color: #ff6b6b; } .green { color: #6fd08c; }
.yellow { color: #f2c063; } .blue { color: #6cb2ff; } .magenta { color: #d79bff; } .cyan { color: #5fd0d8; }
</style><header><i></i><i></i><i></i></header><pre><span class="green">$</span> <span class="bold">${command}</span>

${body}</pre>`;
  return { html, width, height };
}

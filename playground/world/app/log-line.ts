/** Local time without a zone, as log4js writes it: `2026-11-20T21:06:07.537`. */
export function localTime(now: Date): string {
  const part = (value: number, width = 2): string => String(value).padStart(width, '0');
  const day = `${now.getFullYear()}-${part(now.getMonth() + 1)}-${part(now.getDate())}`;
  const time = `${part(now.getHours())}:${part(now.getMinutes())}:${part(now.getSeconds())}`;
  return `${day}T${time}.${part(now.getMilliseconds(), 3)}`;
}

/** One line of the document server: `[time] [LEVEL] [tenant] [document] [user] nodeJS - message`. */
export function documentServerLine(level: 'INFO' | 'WARN' | 'ERROR', message: string): string {
  return `[${localTime(new Date())}] [${level}] [localhost] [docId] [userId] nodeJS - ${message}\n`;
}

/** One line of an ordinary service: `2026-11-20T21:06:07.537Z ERROR message`. */
export function serviceLine(level: 'INFO' | 'WARN' | 'ERROR', message: string): string {
  return `${new Date().toISOString()} ${level} ${message}\n`;
}

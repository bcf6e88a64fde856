/** Where a text stops being JSON, in lines as an editor counts them. */
export function jsonProblem(text: string): { line: number; message: string } | undefined {
  try {
    JSON.parse(text)
    return undefined
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    const line = /line (\d+)/.exec(message)
    const position = /position (\d+)/.exec(message)
    const at = position ? text.slice(0, Number(position[1])).split('\n').length : text.split('\n').length
    return { line: line ? Number(line[1]) : at, message }
  }
}

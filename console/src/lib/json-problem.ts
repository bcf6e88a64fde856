/** Where a text stops being JSON, in lines as an editor counts them; not every engine says where. */
export function jsonProblem(text: string): { line: number | undefined; message: string } | undefined {
  try {
    JSON.parse(text)
    return undefined
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    const line = /line (\d+)/.exec(message)
    const position = /position (\d+)/.exec(message)
    return { line: line ? Number(line[1]) : position ? text.slice(0, Number(position[1])).split('\n').length : undefined, message }
  }
}

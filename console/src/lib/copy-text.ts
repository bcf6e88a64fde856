/** Copy to the clipboard; on plain HTTP, where browsers hide the clipboard, through a selected text field. */
export async function copyText(text: string): Promise<boolean> {
  if (window.isSecureContext) {
    await navigator.clipboard.writeText(text)
    return true
  }
  const field = document.createElement('textarea')
  field.value = text
  field.style.position = 'fixed'
  field.style.opacity = '0'
  document.body.append(field)
  field.select()
  // The only way left without a secure context, deprecated as it is.
  // eslint-disable-next-line @typescript-eslint/no-deprecated
  const done = document.execCommand('copy')
  field.remove()
  return done
}

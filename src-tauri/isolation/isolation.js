// What leaves a page passes here before it is sealed for the shell. A hook that throws would leave the caller waiting, so what is refused
// goes on as a call of nothing, which the shell answers with an error.
const LONGEST = 1024 * 1024

window.__TAURI_ISOLATION_HOOK__ = (message) => {
  let small = false
  try {
    small = JSON.stringify(message).length <= LONGEST
  } catch {
    // No JSON: refused.
  }
  const named = typeof message.cmd === 'string' && /^[a-z_:|-]{1,64}$/.test(message.cmd)
  return small && named ? message : { ...message, cmd: 'refused', payload: {} }
}

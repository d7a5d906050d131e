import { useSessionStorage } from "@mantine/hooks";
import { useWho } from "@/frame/who";

/**
 * What was typed into a dialog about something ("Pause D-12?"). It stays in this tab,
 * for whoever typed it, when the dialog is closed or the page loaded anew: until it is
 * sent, or given up by the button that says so.
 */
export function useTyped(what: string): [words: string, type: (words: string) => void, forget: () => void] {
  const who = useWho()?.actor.name ?? "";
  const [words, type, forget] = useSessionStorage({ key: `tranship.typed.${who}.${what}`, defaultValue: "", getInitialValueInEffect: false });
  return [words, type, forget];
}

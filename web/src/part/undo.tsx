import { Button, Kbd } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { text } from "@/text";
import { problemOf } from "@/api/problem";
import { Icon } from "@/vocabulary/Icon";
import classes from "./part.module.css";

/** What takes an act back. */
export interface Undo {
  /** What was done, and is offered to be taken back: "D-12 is paused." */
  done: string;
  run: () => Promise<unknown>;
}

/** How long an act can be taken back by one key. */
export const undoFor = 10_000;

export const closeButtonProps = { "aria-label": text.frame.close };

let last: { id: string; undo: Undo } | undefined;

/** Says what was done, and offers for ten seconds to take it back: by its button, or by `z`. */
export function offerUndo(undo: Undo) {
  const id = notifications.show({
    autoClose: undoFor,
    closeButtonProps,
    withBorder: false,
    classNames: { root: classes["undo"] ?? "" },
    icon: <Icon name="tick" />,
    onClose: () => {
      if (last?.id === id) {
        last = undefined;
      }
    },
    message: (
      <span className="row between">
        <span className="grow">{undo.done}</span>
        <Button size="compact-sm" variant="subtle" flex="none" onClick={() => void takeBack()} rightSection={<Kbd size="xs" aria-hidden="true">z</Kbd>}>
          {text.part.undo}
        </Button>
      </span>
    ),
  });
  last = { id, undo };
}

/** Takes the last act back that is still on offer; what cannot be taken back any more says why. */
export async function takeBack(): Promise<void> {
  const offered = last;
  if (offered === undefined) {
    notifications.show({ message: text.part.nothingToUndo, closeButtonProps });
    return;
  }
  last = undefined;
  notifications.hide(offered.id);
  try {
    await offered.undo.run();
    notifications.show({ message: text.part.undone, closeButtonProps });
  } catch (error) {
    const problem = problemOf(error);
    notifications.show({ message: text.part.notUndone(problem.message), autoClose: false, color: "red", closeButtonProps });
  }
}

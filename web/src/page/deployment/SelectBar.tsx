import { Button, Menu } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useState } from "react";
import { useKey } from "@/frame/key";
import { text } from "@/text";
import { Icon } from "@/vocabulary/Icon";
import { type Answerable, choices } from "./Answer";
import classes from "./deployment.module.css";
import type { Deployment } from "./data";
import type { Chosen } from "./fleet";

const t = text.deployment;

interface Props {
  d: Deployment;
  chosen: Chosen;
  /** Those of them that did not end well: only these can be answered for. */
  wrong: readonly string[];
  answer: ((about: Answerable) => void) | undefined;
  open: (name: string) => void;
  clear: () => void;
}

/** What is selected, and what may be done with exactly that; "." opens the acts. */
export function SelectBar({ d, chosen, wrong, answer, open, clear }: Props) {
  const [menu, setMenu] = useState(false);
  useKey(".", () => setMenu(true));
  const offered = answer === undefined || wrong.length === 0 ? [] : choices(d, wrong);
  const first = offered[0];
  const [only] = chosen.size === 1 ? [...chosen.keys()] : [];
  return (
    <footer className={classes["bulk"]} aria-label={t.selection}>
      <span className="strong" role="status">
        {t.selected(chosen.size)}
      </span>
      {wrong.length < chosen.size && wrong.length > 0 ? <span className="second">{t.ofWhichWrong(wrong.length)}</span> : null}
      <span className="grow" />
      {first === undefined || answer === undefined ? null : (
        <Button variant="filled" onClick={() => answer({ names: [...wrong], advice: first.advice })}>
          {first.word}
        </Button>
      )}
      <Menu opened={menu} onChange={setMenu} position="top-end" withInitialFocusPlaceholder={false} portalProps={{ target: "#page" }}>
        <Menu.Target>
          <Button rightSection={<Icon name="down" size={14} />}>{t.selectionActs}</Button>
        </Menu.Target>
        <Menu.Dropdown>
          {answer === undefined
            ? null
            : offered.map((choice) => (
                <Menu.Item key={choice.advice} {...(choice.ends === true ? { "data-family": "bad" } : {})} onClick={() => answer({ names: [...wrong], advice: choice.advice })}>
                  {choice.advice === "retry" ? choice.word : t.forThese(choice.word, wrong.length)}
                </Menu.Item>
              ))}
          {only === undefined ? null : <Menu.Item onClick={() => open(only)}>{t.openTarget(only)}</Menu.Item>}
          <Menu.Item
            onClick={() => {
              void navigator.clipboard.writeText([...chosen.keys()].join("\n"));
              notifications.show({ message: t.namesCopied(chosen.size) });
            }}
          >
            {t.copyNames(chosen.size)}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <Button onClick={clear}>{t.clearSelection}</Button>
    </footer>
  );
}

import { Kbd, Menu, UnstyledButton, useMantineColorScheme } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { Fragment, useState } from "react";
import { useMutation } from "@tanstack/react-query";
import { api, ask } from "@/api/client";
import { useConnection } from "@/api/live";
import { live } from "@/api/query";
import { moment, utc } from "@/part/moment";
import { useNow } from "@/part/Time";
import { text } from "@/text";
import { Icon } from "@/vocabulary/Icon";
import classes from "./frame.module.css";
import { keysAreOn, switchKeys } from "./key";
import { palette } from "./paletteStore";
import { useCurrentPage } from "./page";
import { Mark } from "./Rail";
import { PasswordDialog } from "./PasswordDialog";
import { initials, useWho } from "./who";

const f = text.frame;

/** The line above every page: where it stands, the palette, the connection, you. */
export function Header({ showKeys }: { showKeys: () => void }) {
  const { crumbs } = useCurrentPage();
  return (
    <header className={classes["header"]}>
      <Link to="/" className={classes["phoneMark"]} aria-label={f.product}>
        <Mark />
      </Link>
      <nav aria-label={f.page} className={classes["crumbs"]}>
        {crumbs.map((crumb, i) => (
          <Fragment key={crumb.word}>
            {i === 0 ? null : (
              <span className="ink3">
                <Icon name="right" size={12} />
              </span>
            )}
            {crumb.to === undefined ? (
              <span className="strong cut" aria-current="page">
                {crumb.word}
              </span>
            ) : (
              <Link to={crumb.to} className="ink2">
                {crumb.word}
              </Link>
            )}
          </Fragment>
        ))}
      </nav>
      <UnstyledButton className={classes["find"]} onClick={palette.open}>
        <Icon name="search" />
        <span className={classes["findWord"]}>{f.find}</span>
        <Kbd size="xs" aria-hidden="true">{navigator.userAgent.includes("Mac") ? "⌘ K" : "Ctrl K"}</Kbd>
      </UnstyledButton>
      <Dot />
      <You showKeys={showKeys} />
    </header>
  );
}

/** Whether what is shown is what is there. */
function Dot() {
  const { state } = useConnection(live);
  const now = useNow();
  const word = { live: f.live, "catching up": f.catchingUp, lost: f.noConnection }[state];
  return (
    <>
      <span className={classes["dot"]} data-state={state} role="img" aria-label={word} title={word}>
        <span />
        <span className={classes["dotWord"]} aria-hidden="true">
          {word}
        </span>
      </span>
      <span className={classes["clock"]} title={utc(now)}>
        {moment(now, { now })}
      </span>
    </>
  );
}

function You({ showKeys }: { showKeys: () => void }) {
  const who = useWho();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const [keys, setKeys] = useState(keysAreOn());
  const [password, setPassword] = useState(false);
  const signOut = useMutation({ mutationFn: () => ask(api.DELETE("/api/v1/session")), onSuccess: () => location.assign("/") });
  if (who === undefined) {
    return null;
  }
  const name = who.fullName ?? who.actor.name;
  const schemes = [
    ["auto", f.themeAuto],
    ["light", f.themeLight],
    ["dark", f.themeDark],
  ] as const;
  return (
    <Menu position="bottom-end" width={220} transitionProps={{ duration: 120 }} withInitialFocusPlaceholder={false} portalProps={{ target: "#page" }}>
      <Menu.Target>
        <UnstyledButton className={classes["you"]}>
          <span aria-hidden="true">{initials(name)}</span>
          <span className="unseen">{f.signedInAs(name, who.role)}</span>
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{f.signedInAs(name, who.role)}</Menu.Label>
        <Menu.Item onClick={showKeys} rightSection={<Kbd size="xs">?</Kbd>}>
          {f.keys}
        </Menu.Item>
        <Menu.Item
          onClick={() => {
            switchKeys(!keys);
            setKeys(!keys);
          }}
        >
          {keys ? f.keysOff : f.keysOn}
        </Menu.Item>
        <Menu.Divider />
        <Menu.Label>{f.theme}</Menu.Label>
        {schemes.map(([scheme, word]) => (
          <Menu.Item key={scheme} onClick={() => setColorScheme(scheme)} rightSection={colorScheme === scheme ? <Icon name="tick" /> : null}>
            {word}
          </Menu.Item>
        ))}
        {who.session === undefined ? null : (
          <>
            <Menu.Divider />
            <Menu.Item onClick={() => setPassword(true)}>{text.signIn.changePassword}…</Menu.Item>
            <Menu.Item onClick={() => signOut.mutate()}>{f.signOut}</Menu.Item>
          </>
        )}
      </Menu.Dropdown>
      <PasswordDialog opened={password} close={() => setPassword(false)} has={who.password} />
    </Menu>
  );
}

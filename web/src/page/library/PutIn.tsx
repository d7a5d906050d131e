import { Button, Checkbox, Progress, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useRouter } from "@tanstack/react-router";
import { useRef, useState } from "react";
import { type Act, Confirm } from "@/part/Confirm";
import { Copy, digestShort } from "@/part/Copy";
import { Failure } from "@/part/Failure";
import { firstField } from "@/part/focus";
import { text } from "@/text";
import { Icon } from "@/vocabulary/Icon";
import { stateOf, version as states } from "@/vocabulary/state";
import { StateMark } from "@/vocabulary/StateMark";
import { actsOf } from "./act";
import { chosen, type Chosen, dropped, isArchive, nameOf, versionIn } from "./gather";
import classes from "./library.module.css";
import { originPath, type Version, volume } from "./query";
import { type Order, type Upload, useUpload } from "./useUpload";

const t = text.library;

interface Choice {
  files: readonly Chosen[];
  name: string;
}

/** Files of this machine become a version: chosen, sent, packed, and then admitted or looked at. */
export function PutIn({ component, close, versions }: { component: string; close: () => void; versions: readonly string[] }) {
  const cache = useQueryClient();
  const [choice, setChoice] = useState<Choice>();
  const [order, setOrder] = useState<Order>();
  const { upload, run, stop, drop } = useUpload(component);
  const begin = async (files: readonly Chosen[], wish: Order) => {
    setOrder(wish);
    await run(files, wish);
    await Promise.all(["versions", "components"].map((key) => cache.invalidateQueries({ queryKey: [key] })));
  };
  const anew = () => {
    setChoice(undefined);
    void drop();
  };
  if (upload.step === "done") {
    return (
      <Done
        version={upload.version}
        close={() => {
          anew();
          close();
        }}
      />
    );
  }
  if (choice === undefined || upload.step === "choosing") {
    return (
      <div className="stack">
        <Choose choice={choice} choose={setChoice} />
        {choice === undefined || choice.files.length === 0 ? null : <Say key={choice.name} choice={choice} versions={versions} put={(wish) => void begin(choice.files, wish)} />}
      </div>
    );
  }
  return <Under upload={upload} version={order?.version ?? ""} stop={stop} drop={anew} again={() => (order === undefined ? undefined : void begin(choice.files, order))} />;
}

/** Where files are dropped or chosen. */
function Choose({ choice, choose }: { choice: Choice | undefined; choose: (choice: Choice) => void }) {
  const [over, setOver] = useState(false);
  const [failed, setFailed] = useState<unknown>();
  const files = useRef<HTMLInputElement>(null);
  const folder = useRef<HTMLInputElement>(null);
  const take = (list: FileList | null) => {
    const all = [...(list ?? [])];
    if (all.length > 0) {
      choose({ files: chosen(all), name: nameOf(all) });
    }
  };
  const size = choice?.files.reduce((sum, { file }) => sum + file.size, 0) ?? 0;
  return (
    <div
      className={classes["drop"]}
      data-over={over || undefined}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        setFailed(undefined);
        dropped(event.dataTransfer).then(choose, setFailed);
      }}
    >
      <span className="ink3">
        <Icon name="tray" size={20} />
      </span>
      {choice === undefined ? <span>{t.dropHere}</span> : choice.files.length === 0 ? <span className="warn">{t.noFiles}</span> : <span className="strong">{t.picked(choice.name, choice.files.length, volume(size))}</span>}
      <div className="row wrap">
        <Button onClick={() => files.current?.click()}>{choice === undefined ? t.chooseFiles : t.otherFiles}</Button>
        <Button onClick={() => folder.current?.click()}>{choice === undefined ? t.chooseFolder : t.otherFolder}</Button>
      </div>
      <input ref={files} type="file" multiple hidden aria-label={t.chooseFiles} onChange={(event) => take(event.currentTarget.files)} />
      <input ref={folder} type="file" {...{ webkitdirectory: "" }} hidden aria-label={t.chooseFolder} onChange={(event) => take(event.currentTarget.files)} />
      {failed === undefined ? null : <Failure error={failed} />}
    </div>
  );
}

/** What is said of the files: which version they are, and where they come from. */
function Say({ choice, versions, put }: { choice: Choice; versions: readonly string[]; put: (order: Order) => void }) {
  const only = choice.files.length === 1 ? choice.files[0]?.path : undefined;
  const archive = only !== undefined && isArchive(only);
  const [order, setOrder] = useState<Order>({ version: versionIn(choice.name), source: choice.name, commit: "", note: "", unpack: archive });
  const [tried, setTried] = useState(false);
  const set = (next: Partial<Order>) => setOrder({ ...order, ...next });
  const wrong = order.version === "" ? t.versionMissing : !/^\w[\w.+-]{0,127}$/.test(order.version) ? t.versionWrong : versions.includes(order.version) ? t.versionThere(order.version) : undefined;
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        setTried(true);
        if (wrong === undefined) {
          put(order);
        }
      }}
    >
      <TextInput label={t.version} description={t.versionHint} value={order.version} onChange={(event) => set({ version: event.currentTarget.value.trim() })} error={tried || versions.includes(order.version) ? wrong : undefined} autoComplete="off" required withAsterisk={false} {...firstField} />
      <div className={classes["two"]}>
        <TextInput label={t.commitOf} description={t.commitHint} value={order.commit} onChange={(event) => set({ commit: event.currentTarget.value.trim() })} autoComplete="off" />
        <TextInput label={t.note} description={t.noteHint} value={order.note} onChange={(event) => set({ note: event.currentTarget.value })} autoComplete="off" />
      </div>
      {archive ? <Checkbox checked={order.unpack} onChange={(event) => set({ unpack: event.currentTarget.checked })} label={t.unpack} description={t.unpackHint} /> : <p className="second">{t.notExecutable}</p>}
      <div className="row between wrap">
        <span className="second">{t.putNext}</span>
        <Button type="submit" variant="filled">
          {order.version === "" ? t.putIn : t.putInVersion(order.version)}
        </Button>
      </div>
    </form>
  );
}

interface Going {
  upload: Exclude<Upload, { step: "choosing" | "done" }>;
  version: string;
  stop: () => void;
  drop: () => void;
  again: () => void;
}

/** How far it is, and what stopped it. */
function Under({ upload, version, stop, drop, again }: Going) {
  const share = upload.step === "packing" ? 100 : upload.size === 0 ? 0 : (100 * upload.sent) / upload.size;
  const stopped = upload.step === "stopped";
  const byHand = stopped && upload.problem.code === "aborted";
  return (
    <div className="stack">
      <div className="stack close">
        <div className="row between">
          <span className="strong">{upload.step === "packing" ? t.packing(version) : stopped ? t.stoppedAt : t.sending(version)}</span>
          <span className="second">{upload.step === "packing" ? "" : t.sentOf(volume(upload.sent), volume(upload.size))}</span>
        </div>
        <Progress value={share} animated={upload.step === "packing"} aria-label={t.progress} color={stopped ? "gray" : "blue"} />
        <span className="second cut" role="status">
          {upload.step === "sending" ? upload.file : upload.step === "packing" ? t.packingDetail : byHand ? t.stoppedDetail : ""}
        </span>
      </div>
      {stopped && !byHand ? <Failure error={upload.problem} /> : null}
      <div className="row between wrap">
        <Button onClick={drop} disabled={upload.step === "packing"}>
          {t.giveUp}
        </Button>
        {upload.step === "sending" ? <Button onClick={stop}>{t.stop}</Button> : null}
        {stopped ? (
          <Button variant="filled" onClick={again} {...firstField}>
            {t.goOn}
          </Button>
        ) : null}
      </div>
      {upload.step === "sending" ? <p className="second">{t.goesOn}</p> : null}
    </div>
  );
}

/** It is there: what it is, and the next step. */
function Done({ version: v, close }: { version: Version; close: () => void }) {
  const [act, setAct] = useState<Act>();
  const cache = useQueryClient();
  const { history } = useRouter();
  const admit = actsOf(v, []).find((one) => one.main === true);
  return (
    <div className="stack">
      <div className="row wrap" role="status">
        <span className="strong">
          {v.component} {v.version}
        </span>
        <StateMark state={stateOf(states, v.state)} />
        <Copy value={v.digest} shown={digestShort(v.digest)} />
      </div>
      <p className="ink2">{v.state === "quarantined" ? t.doneDetail : t.doneThere}</p>
      <div className="row between wrap">
        <Button
          onClick={() => {
            close();
            history.push(originPath(v.component, v.version));
          }}
        >
          {t.lookFirst}
        </Button>
        {admit === undefined || v.state !== "quarantined" ? null : (
          <Button variant="filled" onClick={() => setAct({ ...admit, run: async (reason) => {
            await admit.run(reason);
            await cache.invalidateQueries({ queryKey: ["versions"] });
            close();
          } })}>
            {t.admit}…
          </Button>
        )}
      </div>
      <Confirm act={act} close={() => setAct(undefined)} />
    </div>
  );
}

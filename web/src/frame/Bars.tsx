import { Button } from "@mantine/core";
import { useState } from "react";
import { useConnection } from "@/api/live";
import { live } from "@/api/query";
import { moment } from "@/part/moment";
import { useNow } from "@/part/Time";
import { text } from "@/text";
import { Icon } from "@/vocabulary/Icon";
import classes from "./frame.module.css";

const f = text.frame;

/** What is said above a page about the connection and about the server. */
export function Bars() {
  const connection = useConnection(live);
  const now = useNow();
  const [closed, setClosed] = useState(false);
  return (
    <div role="status" className={classes["bars"]}>
      {connection.state === "lost" ? (
        <div className={classes["bar"]} data-family="warn">
          <Icon name="clock" />
          <div className="grow">
            <span className="strong">{f.offline(moment(connection.since ?? now, { now }))}</span> {f.offlineDetail}
          </div>
          <Button onClick={live.retry}>{f.tryNow}</Button>
        </div>
      ) : null}
      {connection.state === "live" && connection.caught !== undefined ? (
        <div className={classes["bar"]}>
          <span className="good">
            <Icon name="tick" />
          </span>
          {f.again(connection.caught)}
        </div>
      ) : null}
      {connection.newer && !closed ? (
        <div className={classes["bar"]}>
          <span className="run">
            <Icon name="back" />
          </span>
          <div className="grow">
            <span className="strong">{f.newer}</span> {f.newerDetail}
          </div>
          <Button onClick={() => location.reload()}>{f.reload}</Button>
          <Button variant="subtle" color="gray" onClick={() => setClosed(true)}>
            {f.close}
          </Button>
        </div>
      ) : null}
    </div>
  );
}

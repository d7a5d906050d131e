import { Outlet } from "@tanstack/react-router";
import { Suspense, useState } from "react";
import { Loading } from "@/part/Loading";
import { text } from "@/text";
import { Bars } from "./Bars";
import classes from "./frame.module.css";
import { Header } from "./Header";
import { Keys } from "./Keys";
import { Palette } from "./Palette";
import { FootBar, Rail } from "./Rail";

/** What stands around every page. */
export function Frame() {
  const [keys, showKeys] = useState(false);
  return (
    <div className={classes["frame"]}>
      <a className="skip" href="#page">
        {text.frame.skip}
      </a>
      <Rail />
      <div className={classes["right"]}>
        <Header showKeys={() => showKeys(true)} />
        <Bars />
        <main id="page" tabIndex={-1} className={classes["page"]}>
          <Suspense fallback={<Loading />}>
            <Outlet />
          </Suspense>
        </main>
      </div>
      <FootBar />
      <Palette showKeys={() => showKeys(true)} />
      <Keys shown={keys} show={showKeys} />
    </div>
  );
}

package bus

import "testing"

// FuzzDecode: no message of an agent may end the server, and what passes is
// fit to be stored beside the reports of others.
func FuzzDecode(f *testing.F) {
	f.Add([]byte(`[{"order":"o","seq":1,"kind":"begun","at":"2026-01-01T00:00:00Z"}]`))
	f.Add([]byte(`{"facts":{"a":"b"},"clock":"2026-01-01T00:00:00Z"}`))
	f.Add([]byte(`[{"order":"o","seq":1,"text":"\u0000"}]`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		_, _ = decodeHello(raw)
		_, _ = decodeOutputs(raw)
		reports, err := decodeReports(raw)
		if err == nil && (len(reports) == 0 || len(reports) > MaxReports) {
			t.Errorf("%d reports passed", len(reports))
		}
		for _, r := range reports {
			if err == nil && checkTexts("text", maxText, r.Order, r.Message, r.Hint, r.StepName) != nil {
				t.Errorf("passed: %+v", r)
			}
		}
	})
}

func FuzzSubject(f *testing.F) {
	f.Add("tranship.default.agent.a~b.report")
	f.Fuzz(func(t *testing.T, subject string) {
		if from, ok := senderOf(subject); ok {
			if again, _ := senderOf(askSubject(from, askSync)); again != from {
				t.Errorf("%q gives %v, and that gives %v", subject, from, again)
			}
		}
	})
}

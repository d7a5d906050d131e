package announce

import (
	"encoding/json"
	"strings"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/communication"
)

// chatBody gives the body of a message in the form of a chat. Nothing in it
// calls anybody or becomes a link or a mark by itself: names and reasons are
// written by people.
func chatBody(style communication.ChatStyle, m communication.Message) ([]byte, error) {
	switch style {
	case communication.Slack:
		escape := strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")
		return json.Marshal(map[string]any{"text": "*" + strings.ReplaceAll(escape.Replace(m.Subject), "*", "∗") + "*\n" + escape.Replace(m.Text)})
	case communication.Mattermost:
		return json.Marshal(map[string]any{"text": "**" + harmless.Replace(m.Subject) + "**\n" + harmless.Replace(m.Text)})
	case communication.Teams:
		return json.Marshal(card(m))
	}
	return nil, practice.Faultf(practice.Invalid, "chat style %q is not known", style).Final()
}

// harmless keeps Markdown and mentions from being read as such.
var harmless = strings.NewReplacer("@", "@\u200b", "*", `\*`, "_", `\_`, "`", "\\`", "[", `\[`, "]", `\]`, "<", `\<`, "#", `\#`, "|", `\|`, "~", `\~`)

// card gives an adaptive card for Teams.
func card(m communication.Message) map[string]any {
	block := func(text, weight string) map[string]any {
		return map[string]any{"type": "TextBlock", "text": harmless.Replace(text), "wrap": true, "weight": weight}
	}
	blocks := []any{block(m.Subject, "Bolder")}
	for line := range strings.Lines(m.Text) {
		if line = strings.TrimSpace(line); line != "" {
			blocks = append(blocks, block(line, "Default"))
		}
	}
	return map[string]any{
		"type": "message",
		"attachments": []any{map[string]any{
			"contentType": "application/vnd.microsoft.card.adaptive",
			"content": map[string]any{
				"$schema": "http://adaptivecards.io/schemas/adaptive-card.json", "type": "AdaptiveCard", "version": "1.4", "body": blocks,
			},
		}},
	}
}

package serve_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"gsdnet/internal/fault"
	"gsdnet/serve"
)

const token = "0123456789abcdef0123"

// A page of another site, or one that has been made to look like this machine, is
// refused.
func TestOtherSites(t *testing.T) {
	url := listen(t, open(t, serve.Config{Hosts: []string{"emotions.example"}}, "scores"))
	body := bodyOf(talk(0, 2, 1))
	for _, c := range []struct {
		status int
		header []string
	}{
		{200, nil},
		{200, []string{"Origin", url}},
		{200, []string{"Sec-Fetch-Site", "same-origin"}},
		{200, []string{"Host", "localhost:8080"}},
		{200, []string{"Host", "[::1]:8080"}},
		{200, []string{"Host", "Emotions.example"}},
		{200, []string{"Host", "emotions.example:8080", "Origin", "http://emotions.example:8080"}},
		{403, []string{"Origin", "http://elsewhere.example"}},
		{403, []string{"Sec-Fetch-Site", "cross-site"}},
		{403, []string{"Sec-Fetch-Site", "same-site"}},
		{421, []string{"Host", "elsewhere.example"}},
		{421, []string{"Host", "127.0.0.1.elsewhere.example:8080"}},
		{421, []string{"Host", "emotions.example.elsewhere.example"}},
	} {
		a := send(t, "POST", url+"/v1/predict?samples=1", body, append(c.header, "Content-Type", "application/json")...)
		if a.status != c.status {
			t.Errorf("%v: got status %d, want %d: %s", c.header, a.status, c.status, a.body)
		}
		if a.status != 200 {
			refusal(t, a, c.status)
		}
	}
	if a := send(t, "GET", url+"/v1/models", nil, "Host", "elsewhere.example"); a.status != 421 {
		t.Errorf("GET under another name: got status %d, want 421", a.status)
	}
}

// With a token, requests need it, except for the checks of health.
func TestToken(t *testing.T) {
	s := open(t, serve.Config{Token: token, Addr: "0.0.0.0:0"}, "scores")
	url := listen(t, s)
	for header, status := range map[string]int{
		"Bearer " + token:       200,
		"Bearer " + token + "0": 401,
		"Bearer " + token[1:]:   401,
		"Bearer ":               401,
		token:                   401,
		"Basic " + token:        401,
		"":                      401,
	} {
		for _, path := range []string{"/v1/models", "/metrics", "/openapi.json"} {
			a := send(t, "GET", url+path, nil, "Authorization", header)
			if a.status != status {
				t.Errorf("%s with %q: got status %d, want %d", path, header, a.status, status)
			}
			if status == 401 && (refusal(t, a, 401).Hint == "" || a.header.Get("WWW-Authenticate") != "Bearer") {
				t.Errorf("%s: got %v", path, a.header)
			}
		}
	}
	for _, path := range []string{"/healthz", "/readyz"} {
		into[struct{}](t, send(t, "GET", url+path, nil), 200)
	}
	if !strings.Contains(string(s.OpenAPI()), `"bearer"`) {
		t.Error("the document does not say that a token is needed")
	}
}

// A server that other machines reach does not start without a good token.
func TestAddressesThatNeedAToken(t *testing.T) {
	for _, c := range []struct {
		addr, token, want string
	}{
		{"127.0.0.1:0", "", ""},
		{"localhost:0", "", ""},
		{"[::1]:0", "", ""},
		{"127.8.9.10:0", "", ""},
		{":8080", "", "can be reached from other machines"},
		{"0.0.0.0:8080", "", "can be reached from other machines"},
		{"[::]:8080", "", "can be reached from other machines"},
		{"192.0.2.1:8080", "", "can be reached from other machines"},
		{"localhost.elsewhere.example:8080", "", "can be reached from other machines"},
		{":8080", "short", "the token has 5 characters, fewer than 16"},
		{":8080", token, ""},
		{"8080", "", "is not valid"},
	} {
		s, err := serve.New(serve.Config{Runs: []string{trained(t, "scores")}, Addr: c.addr, Token: c.token})
		if err == nil {
			s.Close()
		}
		if (c.want == "") != (err == nil) || err != nil && (!strings.Contains(err.Error(), c.want) || fault.Of(err) == "" || !fault.IsInput(err)) {
			t.Errorf("%s with the token %q: got %v, want %q", c.addr, c.token, err, c.want)
		}
		if err != nil && c.token != "" && strings.Contains(err.Error(), c.token) {
			t.Errorf("%v shows the token", err)
		}
	}
}

// Paths and methods that there are not are problems too, and a page may be served at /.
func TestUnknownPaths(t *testing.T) {
	url := listen(t, open(t, serve.Config{}, "scores"))
	for _, path := range []string{"/", "/v1", "/v1/predict/", "/v2/predict", "/v1/conversations/a/b/c", "/%2e%2e/etc/passwd"} {
		refusal(t, send(t, "GET", url+path, nil), 404)
	}
	for path, allow := range map[string]string{"/v1/predict": "POST", "/v1/models": "GET, HEAD"} {
		a := send(t, "PUT", url+path, nil)
		refusal(t, a, 405)
		if got := a.header.Get("Allow"); got != allow {
			t.Errorf("PUT %s: got Allow: %s, want %s", path, got, allow)
		}
	}
	page := fstest.MapFS{"index.html": {Data: []byte("<p>here</p>")}}
	url = listen(t, open(t, serve.Config{Page: page}, "scores"))
	if a := send(t, "GET", url+"/", nil); a.status != 200 || string(a.body) != "<p>here</p>" {
		t.Errorf("the page: got status %d: %s", a.status, a.body)
	}
	into[struct{}](t, send(t, "GET", url+"/v1/models", nil), 200)
}

// Configurations that cannot be served are refused by name.
func TestConfig(t *testing.T) {
	run := trained(t, "scores")
	for want, c := range map[string]serve.Config{
		"there is no run to serve":                       {},
		"have the same name":                             {Runs: []string{run, run}},
		"--max-samples = 5000 is over the limit of 1000": {Runs: []string{run}, Limits: serve.Limits{MaxSamples: 5000}},
		"--timeout = -1 is under the limit of 1":         {Runs: []string{run}, Limits: serve.Limits{Timeout: -1}},
		"absent":                                         {Runs: []string{run, "absent"}},
		"the token has 15 characters, fewer than 16":     {Runs: []string{run}, Token: token[:15]},
		"the address \"nowhere\" is not valid":           {Runs: []string{run}, Addr: "nowhere"},
	} {
		s, err := serve.New(c)
		if err == nil {
			s.Close()
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
}

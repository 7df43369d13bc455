// Package clients drives the libraries that Go programs speak to Kubernetes with against a started server.
// KUBECONFIG names it: a control plane that serves the kind Widget of example.com/v1.
package clients

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
)

var widgets = schema.GroupVersionResource{Group: "example.com", Version: "v1", Resource: "widgets"}

// configuration is what clientcmd makes of KUBECONFIG.
func configuration(t *testing.T) *rest.Config {
	t.Helper()
	rules := clientcmd.NewDefaultClientConfigLoadingRules()
	config, err := clientcmd.NewNonInteractiveDeferredLoadingClientConfig(rules, nil).ClientConfig()
	must(t, err)
	// A test waits for nothing but the server.
	config.QPS, config.Burst = 1000, 1000
	return config
}

// newNamespace makes a namespace that goes with the test.
func newNamespace(t *testing.T) string {
	t.Helper()
	client := kubernetes.NewForConfigOrDie(configuration(t))
	namespace, err := client.CoreV1().Namespaces().Create(t.Context(), &corev1.Namespace{
		ObjectMeta: metav1.ObjectMeta{GenerateName: "go-"},
	}, metav1.CreateOptions{})
	must(t, err)
	t.Cleanup(func() {
		err := client.CoreV1().Namespaces().Delete(context.Background(), namespace.Name, metav1.DeleteOptions{})
		must(t, err)
	})
	return namespace.Name
}

func newWidgets(t *testing.T, config *rest.Config, namespace string) dynamic.ResourceInterface {
	t.Helper()
	return dynamic.NewForConfigOrDie(config).Resource(widgets).Namespace(namespace)
}

func widget(name string, spec map[string]any) *unstructured.Unstructured {
	return &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "example.com/v1",
		"kind":       "Widget",
		"metadata":   map[string]any{"name": name},
		"spec":       spec,
	}}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func equal[T comparable](t *testing.T, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Fatalf("%s: got %v, want %v", what, got, want)
	}
}

// eventually asks until the answer is yes, and fails the test when it is not within ten seconds.
func eventually(t *testing.T, what string, ask func(context.Context) (bool, error)) {
	t.Helper()
	err := wait.PollUntilContextTimeout(t.Context(), 20*time.Millisecond, 10*time.Second, true, ask)
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
}

// requests records what a client sends.
type requests struct {
	mutex sync.Mutex
	seen  []*http.Request
}

// recordRequests makes clients of this configuration tell the recorder of each request.
func recordRequests(config *rest.Config) *requests {
	recorder := &requests{}
	config.Wrap(func(next http.RoundTripper) http.RoundTripper {
		return roundTripper(func(request *http.Request) (*http.Response, error) {
			recorder.mutex.Lock()
			recorder.seen = append(recorder.seen, request.Clone(context.Background()))
			recorder.mutex.Unlock()
			return next.RoundTrip(request)
		})
	})
	return recorder
}

// count says how many requests had this method and this text in their URL's query or content type.
func (r *requests) count(method, text string) int {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	found := 0
	for _, request := range r.seen {
		about := request.URL.RawQuery + " " + request.Header.Get("Content-Type")
		if request.Method == method && strings.Contains(about, text) {
			found++
		}
	}
	return found
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(request *http.Request) (*http.Response, error) { return f(request) }

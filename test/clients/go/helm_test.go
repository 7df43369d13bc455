package clients

import (
	"strings"
	"testing"

	"helm.sh/helm/v3/pkg/action"
	"helm.sh/helm/v3/pkg/chart/loader"
	"helm.sh/helm/v3/pkg/release"
	"k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/cli-runtime/pkg/genericclioptions"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/kubernetes"
)

var workloads = schema.GroupVersionResource{Group: "compute.datumapis.com", Version: "v1alpha", Resource: "workloads"}

// The Network and the Locations of the seeds are in this namespace.
const helmNamespace = "default"

func helm(t *testing.T) *action.Configuration {
	t.Helper()
	flags := genericclioptions.NewConfigFlags(true)
	namespace := helmNamespace
	flags.Namespace = &namespace
	configuration := &action.Configuration{}
	must(t, configuration.Init(flags, namespace, "secret", t.Logf))
	return configuration
}

func install(t *testing.T, configuration *action.Configuration, name string, values map[string]any) (*release.Release, error) {
	t.Helper()
	shop, err := loader.Load("testdata/chart")
	must(t, err)
	action := action.NewInstall(configuration)
	action.ReleaseName, action.Namespace = name, helmNamespace
	return action.Run(shop, values)
}

func upgrade(t *testing.T, configuration *action.Configuration, name string, values map[string]any) (*release.Release, error) {
	t.Helper()
	shop, err := loader.Load("testdata/chart")
	must(t, err)
	action := action.NewUpgrade(configuration)
	action.Namespace = helmNamespace
	return action.Run(name, shop, values)
}

func uninstall(t *testing.T, configuration *action.Configuration, name string) {
	t.Helper()
	_, err := action.NewUninstall(configuration).Run(name)
	must(t, err)
}

func TestHelmInstallsUpgradesRollsBackAndUninstalls(t *testing.T) {
	actions, connection := helm(t), configuration(t)
	core := kubernetes.NewForConfigOrDie(connection).CoreV1()
	workload := func() (*unstructured.Unstructured, error) {
		return dynamic.NewForConfigOrDie(connection).Resource(workloads).Namespace(helmNamespace).Get(t.Context(), "shop", metav1.GetOptions{})
	}
	greeting := func() string {
		settings, err := core.ConfigMaps(helmNamespace).Get(t.Context(), "shop-settings", metav1.GetOptions{})
		must(t, err)
		return settings.Data["greeting"]
	}
	password := func() string {
		secret, err := core.Secrets(helmNamespace).Get(t.Context(), "shop-password", metav1.GetOptions{})
		must(t, err)
		return string(secret.Data["word"])
	}

	installed, err := install(t, actions, "shop", nil)
	must(t, err)
	equal(t, "status", installed.Info.Status, release.StatusDeployed)
	equal(t, "greeting", greeting(), "hello")
	_, err = workload()
	must(t, err)
	_, err = core.ConfigMaps(helmNamespace).Get(t.Context(), "shop-before", metav1.GetOptions{})
	must(t, err)
	settings, err := core.ConfigMaps(helmNamespace).Get(t.Context(), "shop-settings", metav1.GetOptions{})
	must(t, err)
	equal(t, "capabilities", settings.Data["datum"], "true")
	first := password()

	_, err = upgrade(t, actions, "shop", map[string]any{"greeting": "welcome", "replicas": 2})
	must(t, err)
	equal(t, "greeting after the upgrade", greeting(), "welcome")
	equal(t, "password after the upgrade", password(), first)
	changed, err := workload()
	must(t, err)
	placements, _, _ := unstructured.NestedSlice(changed.Object, "spec", "placements")
	replicas, _, _ := unstructured.NestedInt64(placements[0].(map[string]any), "scaleSettings", "minReplicas")
	equal(t, "replicas after the upgrade", replicas, 2)

	rollback := action.NewRollback(actions)
	rollback.Version = 1
	must(t, rollback.Run("shop"))
	equal(t, "greeting after the rollback", greeting(), "hello")
	history, err := action.NewHistory(actions).Run("shop")
	must(t, err)
	equal(t, "revisions", len(history), 3)

	uninstall(t, actions, "shop")
	_, err = core.ConfigMaps(helmNamespace).Get(t.Context(), "shop-settings", metav1.GetOptions{})
	equal(t, "settings are gone", errors.IsNotFound(err), true)
	releases, err := action.NewList(actions).Run()
	must(t, err)
	equal(t, "releases", len(releases), 0)
	must(t, core.ConfigMaps(helmNamespace).Delete(t.Context(), "shop-before", metav1.DeleteOptions{}))
}

func TestHelmRefusesWhatIsThereAlready(t *testing.T) {
	actions, connection := helm(t), configuration(t)
	_, err := install(t, actions, "twice", nil)
	must(t, err)
	_, err = install(t, actions, "twice", nil)
	equal(t, "the second install", err.Error(), "cannot re-use a name that is still in use")
	uninstall(t, actions, "twice")
	core := kubernetes.NewForConfigOrDie(connection).CoreV1()
	must(t, core.ConfigMaps(helmNamespace).Delete(t.Context(), "twice-before", metav1.DeleteOptions{}))
}

func TestHelmTellsWhatTheServerRefuses(t *testing.T) {
	actions, connection := helm(t), configuration(t)
	_, err := install(t, actions, "wrong", map[string]any{"replicas": "many"})
	if err == nil {
		t.Fatal("a Workload with many replicas was accepted")
	}
	equal(t, "what it says", strings.Contains(err.Error(), "minReplicas"), true)
	uninstall(t, actions, "wrong")
	core := kubernetes.NewForConfigOrDie(connection).CoreV1()
	err = core.ConfigMaps(helmNamespace).Delete(t.Context(), "wrong-before", metav1.DeleteOptions{})
	if err != nil && !errors.IsNotFound(err) {
		t.Fatal(err)
	}
}

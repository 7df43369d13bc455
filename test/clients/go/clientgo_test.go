package clients

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	authenticationv1 "k8s.io/api/authentication/v1"
	authorizationv1 "k8s.io/api/authorization/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/watch"
	applycorev1 "k8s.io/client-go/applyconfigurations/core/v1"
	"k8s.io/client-go/discovery"
	"k8s.io/client-go/discovery/cached/memory"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/dynamic/dynamicinformer"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/kubernetes/scheme"
	typedcorev1 "k8s.io/client-go/kubernetes/typed/core/v1"
	"k8s.io/client-go/metadata"
	"k8s.io/client-go/metadata/metadatainformer"
	"k8s.io/client-go/restmapper"
	"k8s.io/client-go/scale"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/tools/leaderelection"
	"k8s.io/client-go/tools/leaderelection/resourcelock"
	"k8s.io/client-go/tools/pager"
	"k8s.io/client-go/tools/record"
	watchtools "k8s.io/client-go/tools/watch"
	"k8s.io/client-go/util/retry"
)

func TestTypedClientSendsProtobufAndReadsAnswers(t *testing.T) {
	config := configuration(t)
	config.ContentType = runtime.ContentTypeProtobuf
	sent := recordRequests(config)
	namespace := newNamespace(t)
	client := kubernetes.NewForConfigOrDie(config).CoreV1().Secrets(namespace)

	made, err := client.Create(t.Context(), &corev1.Secret{
		ObjectMeta: metav1.ObjectMeta{Name: "password", Labels: map[string]string{"a": "b"}},
		Data:       map[string][]byte{"word": {0, 1, 255}},
		StringData: map[string]string{"plain": "text"},
	}, metav1.CreateOptions{})
	must(t, err)
	equal(t, "bytes", string(made.Data["word"]), "\x00\x01\xff")
	equal(t, "text", string(made.Data["plain"]), "text")
	equal(t, "type", made.Type, corev1.SecretTypeOpaque)

	made.Labels["a"] = "c"
	updated, err := client.Update(t.Context(), made, metav1.UpdateOptions{})
	must(t, err)
	equal(t, "label", updated.Labels["a"], "c")
	equal(t, "protobuf bodies", sent.count("POST", "protobuf")+sent.count("PUT", "protobuf"), 2)

	must(t, client.Delete(t.Context(), "password", metav1.DeleteOptions{}))
	_, err = client.Get(t.Context(), "password", metav1.GetOptions{})
	equal(t, "not found", errors.IsNotFound(err), true)
}

func TestTypedClientPatchesAndApplies(t *testing.T) {
	client := kubernetes.NewForConfigOrDie(configuration(t)).CoreV1().ConfigMaps(newNamespace(t))
	_, err := client.Create(t.Context(), &corev1.ConfigMap{
		ObjectMeta: metav1.ObjectMeta{Name: "settings"}, Data: map[string]string{"a": "1"},
	}, metav1.CreateOptions{})
	must(t, err)
	for patchType, body := range map[types.PatchType]string{
		types.StrategicMergePatchType: `{"data":{"b":"2"}}`,
		types.MergePatchType:          `{"data":{"c":"3"}}`,
		types.JSONPatchType:           `[{"op":"add","path":"/data/d","value":"4"}]`,
	} {
		_, err := client.Patch(t.Context(), "settings", patchType, []byte(body), metav1.PatchOptions{})
		must(t, err)
	}
	apply := applycorev1.ConfigMap("settings", "").WithData(map[string]string{"e": "5"})
	apply.Namespace = nil
	applied, err := client.Apply(t.Context(), apply, metav1.ApplyOptions{FieldManager: "tests"})
	must(t, err)
	equal(t, "data", fmt.Sprint(applied.Data), "map[a:1 b:2 c:3 d:4 e:5]")

	_, err = client.Apply(t.Context(), apply.WithData(map[string]string{"a": "mine"}), metav1.ApplyOptions{FieldManager: "tests"})
	equal(t, "conflict", errors.IsConflict(err), true)
	equal(t, "cause", errors.HasStatusCause(err, metav1.CauseTypeFieldManagerConflict), true)
}

func TestWritersInParallelRetryOnConflict(t *testing.T) {
	client := kubernetes.NewForConfigOrDie(configuration(t)).CoreV1().ConfigMaps(newNamespace(t))
	_, err := client.Create(t.Context(), &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: "counters"}}, metav1.CreateOptions{})
	must(t, err)
	const writers = 8
	failures := make(chan error, writers)
	for writer := range writers {
		go func() {
			failures <- retry.OnError(retry.DefaultBackoff, errors.IsConflict, func() error {
				return retry.RetryOnConflict(retry.DefaultRetry, func() error {
					current, err := client.Get(t.Context(), "counters", metav1.GetOptions{})
					if err != nil {
						return err
					}
					if current.Data == nil {
						current.Data = map[string]string{}
					}
					current.Data[fmt.Sprint(writer)] = "done"
					_, err = client.Update(t.Context(), current, metav1.UpdateOptions{})
					return err
				})
			})
		}()
	}
	for range writers {
		must(t, <-failures)
	}
	final, err := client.Get(t.Context(), "counters", metav1.GetOptions{})
	must(t, err)
	equal(t, "writers seen", len(final.Data), writers)
}

func TestDynamicClientGoesThroughAWholeLife(t *testing.T) {
	client := newWidgets(t, configuration(t), newNamespace(t))
	made, err := client.Create(t.Context(), widget("w", map[string]any{"color": "red"}), metav1.CreateOptions{})
	must(t, err)
	equal(t, "generation", made.GetGeneration(), 1)

	must(t, unstructured.SetNestedField(made.Object, int64(2), "status", "replicas"))
	updated, err := client.UpdateStatus(t.Context(), made, metav1.UpdateOptions{})
	must(t, err)
	equal(t, "generation after a change of the status", updated.GetGeneration(), 1)

	_, err = client.Patch(t.Context(), "w", types.StrategicMergePatchType, []byte(`{}`), metav1.PatchOptions{})
	equal(t, "strategic merge of a custom resource", errors.IsUnsupportedMediaType(err), true)

	applied, err := client.Apply(t.Context(), "w", widget("w", map[string]any{"note": "mine"}), metav1.ApplyOptions{FieldManager: "tests"})
	must(t, err)
	equal(t, "generation after a change of the spec", applied.GetGeneration(), 2)

	_, err = client.Create(t.Context(), widget("bad", map[string]any{"color": "pink"}), metav1.CreateOptions{})
	equal(t, "invalid", errors.IsInvalid(err), true)
	equal(t, "cause", errors.HasStatusCause(err, metav1.CauseTypeFieldValueNotSupported), true)

	must(t, client.DeleteCollection(t.Context(), metav1.DeleteOptions{}, metav1.ListOptions{FieldSelector: "spec.color=red"}))
	list, err := client.List(t.Context(), metav1.ListOptions{})
	must(t, err)
	equal(t, "items", len(list.Items), 0)
}

func TestScaleClientReadsAndWritesTheSubresource(t *testing.T) {
	config := configuration(t)
	namespace := newNamespace(t)
	_, err := newWidgets(t, config, namespace).Create(t.Context(), widget("w", map[string]any{}), metav1.CreateOptions{})
	must(t, err)
	found := discovery.NewDiscoveryClientForConfigOrDie(config)
	mapper := restmapper.NewDeferredDiscoveryRESTMapper(memory.NewMemCacheClient(found))
	scales, err := scale.NewForConfig(config, mapper, dynamic.LegacyAPIPathResolverFunc, scale.NewDiscoveryScaleKindResolver(found))
	must(t, err)
	current, err := scales.Scales(namespace).Get(t.Context(), widgets.GroupResource(), "w", metav1.GetOptions{})
	must(t, err)
	equal(t, "replicas", current.Spec.Replicas, 1)
	current.Spec.Replicas = 3
	_, err = scales.Scales(namespace).Update(t.Context(), widgets.GroupResource(), current, metav1.UpdateOptions{})
	must(t, err)
}

func TestSharedInformersStreamTheirFirstList(t *testing.T) {
	config := configuration(t)
	sent := recordRequests(config)
	namespace := newNamespace(t)
	client := kubernetes.NewForConfigOrDie(configuration(t))
	create := func(name string) {
		_, err := client.CoreV1().ConfigMaps(namespace).Create(t.Context(), &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: name}}, metav1.CreateOptions{})
		must(t, err)
	}
	create("before")

	factory := informers.NewSharedInformerFactoryWithOptions(kubernetes.NewForConfigOrDie(config), 0, informers.WithNamespace(namespace))
	lister := factory.Core().V1().ConfigMaps().Lister()
	factory.Start(t.Context().Done())
	for kind, synced := range factory.WaitForCacheSync(t.Context().Done()) {
		equal(t, kind.String(), synced, true)
	}
	_, err := lister.ConfigMaps(namespace).Get("before")
	must(t, err)
	equal(t, "streamed lists", sent.count("GET", "sendInitialEvents=true"), 1)
	equal(t, "plain lists", sent.count("GET", "limit="), 0)

	create("after")
	eventually(t, "the informer follows", func(context.Context) (bool, error) {
		all, err := lister.List(labels.Everything())
		return len(all) == 2, err
	})
}

func TestDynamicAndMetadataInformersFollow(t *testing.T) {
	config := configuration(t)
	namespace := newNamespace(t)
	client := newWidgets(t, config, namespace)

	full := dynamicinformer.NewFilteredDynamicSharedInformerFactory(dynamic.NewForConfigOrDie(config), 0, namespace, nil)
	slim := metadatainformer.NewFilteredSharedInformerFactory(metadata.NewForConfigOrDie(config), 0, namespace, nil)
	objects, heads := full.ForResource(widgets), slim.ForResource(widgets)
	gone := make(chan string, 2)
	for _, informer := range []cache.SharedIndexInformer{objects.Informer(), heads.Informer()} {
		_, err := informer.AddEventHandler(cache.ResourceEventHandlerFuncs{DeleteFunc: func(object any) {
			accessor, _ := meta.Accessor(object)
			gone <- accessor.GetName()
		}})
		must(t, err)
	}
	full.Start(t.Context().Done())
	slim.Start(t.Context().Done())
	full.WaitForCacheSync(t.Context().Done())
	slim.WaitForCacheSync(t.Context().Done())

	_, err := client.Create(t.Context(), widget("w", map[string]any{}), metav1.CreateOptions{})
	must(t, err)
	key := namespace + "/w"
	eventually(t, "both hold the object", func(context.Context) (bool, error) {
		_, first, _ := objects.Informer().GetIndexer().GetByKey(key)
		head, second, _ := heads.Informer().GetIndexer().GetByKey(key)
		if second {
			_, second = head.(*metav1.PartialObjectMetadata)
		}
		return first && second, nil
	})
	must(t, client.Delete(t.Context(), "w", metav1.DeleteOptions{}))
	equal(t, "gone", <-gone, "w")
	equal(t, "gone", <-gone, "w")
}

func TestRetryWatcherGoesOnWhereAWatchEnded(t *testing.T) {
	client := newWidgets(t, configuration(t), newNamespace(t))
	made, err := client.Create(t.Context(), widget("w", map[string]any{}), metav1.CreateOptions{})
	must(t, err)
	watcher, err := watchtools.NewRetryWatcherWithContext(t.Context(), made.GetResourceVersion(), &cache.ListWatch{
		WatchFuncWithContext: func(ctx context.Context, options metav1.ListOptions) (watch.Interface, error) {
			// Each watch ends after a second.
			second := int64(1)
			options.TimeoutSeconds = &second
			return client.Watch(ctx, options)
		},
	})
	must(t, err)
	defer watcher.Stop()
	for round := range 3 {
		patch := fmt.Sprintf(`{"spec":{"replicas":%d}}`, round+2)
		_, err := client.Patch(t.Context(), "w", types.MergePatchType, []byte(patch), metav1.PatchOptions{})
		must(t, err)
		event := <-watcher.ResultChan()
		equal(t, "event", event.Type, watch.Modified)
		replicas, _, _ := unstructured.NestedInt64(event.Object.(*unstructured.Unstructured).Object, "spec", "replicas")
		equal(t, "replicas", replicas, int64(round+2))
		time.Sleep(600 * time.Millisecond)
	}
}

func TestPagerReadsAConsistentListInPages(t *testing.T) {
	client := newWidgets(t, configuration(t), newNamespace(t))
	for index := range 7 {
		_, err := client.Create(t.Context(), widget(fmt.Sprintf("w-%d", index), map[string]any{}), metav1.CreateOptions{})
		must(t, err)
	}
	pages := 0
	paged := pager.New(func(ctx context.Context, options metav1.ListOptions) (runtime.Object, error) {
		if pages++; pages == 2 {
			_, err := client.Create(ctx, widget("w-9-late", map[string]any{}), metav1.CreateOptions{})
			must(t, err)
		}
		return client.List(ctx, options)
	})
	paged.PageSize = 3
	seen := 0
	must(t, paged.EachListItem(t.Context(), metav1.ListOptions{}, func(runtime.Object) error { seen++; return nil }))
	equal(t, "pages", pages, 3)
	equal(t, "items", seen, 7)
}

func TestLeaderElectionHandsOver(t *testing.T) {
	client := kubernetes.NewForConfigOrDie(configuration(t))
	namespace := newNamespace(t)
	leading := make(chan string, 2)
	run := func(identity string) context.CancelFunc {
		ctx, cancel := context.WithCancel(t.Context())
		lock, err := resourcelock.New(resourcelock.LeasesResourceLock, namespace, "leader", client.CoreV1(), client.CoordinationV1(),
			resourcelock.ResourceLockConfig{Identity: identity})
		must(t, err)
		go leaderelection.RunOrDie(ctx, leaderelection.LeaderElectionConfig{
			Lock: lock, LeaseDuration: 3 * time.Second, RenewDeadline: 2 * time.Second, RetryPeriod: 100 * time.Millisecond,
			ReleaseOnCancel: true,
			Callbacks: leaderelection.LeaderCallbacks{
				OnStartedLeading: func(context.Context) { leading <- identity },
				OnStoppedLeading: func() {},
			},
		})
		return cancel
	}
	stopFirst := run("first")
	equal(t, "leader", <-leading, "first")
	defer run("second")()
	stopFirst()
	equal(t, "leader", <-leading, "second")
	lease, err := client.CoordinationV1().Leases(namespace).Get(t.Context(), "leader", metav1.GetOptions{})
	must(t, err)
	equal(t, "holder", *lease.Spec.HolderIdentity, "second")
	equal(t, "it changed hands", *lease.Spec.LeaseTransitions > 0, true)
}

func TestEventRecorderCountsWhatRepeats(t *testing.T) {
	client := kubernetes.NewForConfigOrDie(configuration(t))
	namespace := newNamespace(t)
	settings, err := client.CoreV1().ConfigMaps(namespace).Create(t.Context(), &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: "settings"}}, metav1.CreateOptions{})
	must(t, err)
	broadcaster := record.NewBroadcaster()
	defer broadcaster.Shutdown()
	broadcaster.StartRecordingToSink(&typedcorev1.EventSinkImpl{Interface: client.CoreV1().Events(namespace)})
	recorder := broadcaster.NewRecorder(scheme.Scheme, corev1.EventSource{Component: "tests"})
	recorder.Event(settings, corev1.EventTypeNormal, "Seen", "It was seen")
	recorder.Event(settings, corev1.EventTypeNormal, "Seen", "It was seen")
	eventually(t, "one event with a count of two", func(ctx context.Context) (bool, error) {
		selector := fields.Set{"involvedObject.name": "settings", "reason": "Seen"}.AsSelector().String()
		events, err := client.CoreV1().Events(namespace).List(ctx, metav1.ListOptions{FieldSelector: selector})
		if err != nil || len(events.Items) != 1 {
			return false, err
		}
		return events.Items[0].Count == 2, nil
	})
	same, err := client.EventsV1().Events(namespace).List(t.Context(), metav1.ListOptions{})
	must(t, err)
	equal(t, "the same as events.k8s.io/v1", same.Items[0].Note, "It was seen")
	equal(t, "its object", same.Items[0].Regarding.Name, "settings")
}

func TestReviewsAreAnswered(t *testing.T) {
	client := kubernetes.NewForConfigOrDie(configuration(t))
	self, err := client.AuthenticationV1().SelfSubjectReviews().Create(t.Context(), &authenticationv1.SelfSubjectReview{}, metav1.CreateOptions{})
	must(t, err)
	equal(t, "who", self.Status.UserInfo.Username != "", true)
	access, err := client.AuthorizationV1().SelfSubjectAccessReviews().Create(t.Context(), &authorizationv1.SelfSubjectAccessReview{
		Spec: authorizationv1.SelfSubjectAccessReviewSpec{ResourceAttributes: &authorizationv1.ResourceAttributes{
			Namespace: "default", Verb: "create", Group: "example.com", Resource: "widgets",
		}},
	}, metav1.CreateOptions{})
	must(t, err)
	equal(t, "may", access.Status.Allowed, true)
	rules, err := client.AuthorizationV1().SelfSubjectRulesReviews().Create(t.Context(), &authorizationv1.SelfSubjectRulesReview{
		Spec: authorizationv1.SelfSubjectRulesReviewSpec{Namespace: "default"},
	}, metav1.CreateOptions{})
	must(t, err)
	equal(t, "has rules", len(rules.Status.ResourceRules) > 0, true)
}

func TestDiscoveryAndOpenAPIAreRead(t *testing.T) {
	client := discovery.NewDiscoveryClientForConfigOrDie(configuration(t))
	groups, resources, err := client.ServerGroupsAndResources()
	must(t, err)
	equal(t, "groups", len(groups) > 5, true)
	_, found := fieldOf(resources, "example.com/v1", "widgets/scale")
	equal(t, "widgets/scale", found, true)

	aggregated := *client
	aggregated.UseLegacyDiscovery = true
	_, plain, err := aggregated.ServerGroupsAndResources()
	must(t, err)
	equal(t, "as many without aggregation", len(plain), len(resources))

	document, err := client.OpenAPISchema()
	must(t, err)
	equal(t, "definitions of version 2", len(document.GetDefinitions().GetAdditionalProperties()) > 10, true)
	paths, err := client.OpenAPIV3().Paths()
	must(t, err)
	text, err := paths["apis/example.com/v1"].Schema(runtime.ContentTypeJSON)
	must(t, err)
	var three struct{ Paths map[string]any }
	must(t, json.Unmarshal(text, &three))
	_, found = three.Paths["/apis/example.com/v1/namespaces/{namespace}/widgets/{name}/scale"]
	equal(t, "path of version 3", found, true)
}

func fieldOf(lists []*metav1.APIResourceList, groupVersion, name string) (metav1.APIResource, bool) {
	for _, list := range lists {
		for _, resource := range list.APIResources {
			if list.GroupVersion == groupVersion && resource.Name == name {
				return resource, true
			}
		}
	}
	return metav1.APIResource{}, false
}

func TestRestMapperFindsKinds(t *testing.T) {
	client := memory.NewMemCacheClient(discovery.NewDiscoveryClientForConfigOrDie(configuration(t)))
	mapper := restmapper.NewShortcutExpander(restmapper.NewDeferredDiscoveryRESTMapper(client), client, nil)
	resource, err := mapper.ResourceFor(schema.GroupVersionResource{Resource: "wd"})
	must(t, err)
	equal(t, "resource", resource, widgets)
	mapping, err := mapper.RESTMapping(schema.GroupKind{Group: "example.com", Kind: "Widget"})
	must(t, err)
	equal(t, "scope", mapping.Scope.Name(), meta.RESTScopeNameNamespace)
}

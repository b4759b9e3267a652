package io.streamdistill.experiments.mnist;

import io.streamdistill.experiments.lab.ScoredSet;
import io.streamdistill.experiments.lab.StudentRecipe;
import io.streamdistill.experiments.lab.TeacherRecipe;
import io.streamdistill.teacher.engine.Combination;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Ten nets of the student's own size, from other seeds, distilled into one.
 *
 * <p>The nets have the labels of a quarter of the images; the transfer set is all of them, without
 * labels. On images that the nets have learnt by heart, their mean says hardly more than the label.
 * A student of one of the nets, on the same transfer set, tells what is owed to the ensemble from
 * what is owed to the images.
 */
final class MnistEnsemble implements MnistExperiment {

  private static final int MEMBERS = 10;
  private static final int QUICK_MEMBERS = 4;
  private static final int LABELLED_PART = 4; // one in so many images has a label

  @Override
  public String name() {
    return "mnist-ensemble";
  }

  @Override
  public String description() {
    return "Distils 10 nets of the student's own size, that had a quarter of the labels.";
  }

  @Override
  public int defaultSeeds() {
    return 5;
  }

  @Override
  public void run(Workbench bench) throws IOException, InterruptedException {
    int labelled = bench.trainCount() / LABELLED_PART;
    ScoredSet quarter = // for its labels
        bench.score("quarter", MnistTransferSet.plain(bench.train(), labelled, label -> true));
    StudentRecipe hard = MnistRecipes.hard(bench);
    List<Job> members = new ArrayList<>();
    int count = bench.options().quick() ? QUICK_MEMBERS : MEMBERS;
    for (long seed = 1; seed <= count; seed++) {
      members.add(new Job("single", quarter, bench.logName("quarter"), hard, seed));
    }
    bench.run(members);
    List<Path> models = new ArrayList<>();
    for (Job member : members) {
      models.add(bench.train(member, 1).get(0).model()); // done already
    }
    TeacherRecipe one = TeacherRecipe.of(models.get(0));
    List<Job> jobs = new ArrayList<>(students(bench, "distilled_single", "single", one));
    for (Combination combination : Combination.values()) {
      String way = combination.name().toLowerCase(Locale.ROOT);
      TeacherRecipe ensemble = new TeacherRecipe(models, combination);
      bench.judge("ensemble_" + way, ensemble, hard);
      jobs.addAll(students(bench, "distilled_" + way, "ensemble" + count + "-" + way, ensemble));
    }
    bench.run(jobs);
  }

  private static List<Job> students(
      Workbench bench, String condition, String teacherName, TeacherRecipe teacher)
      throws IOException, InterruptedException {
    String name = teacherName + "-of-quarter-" + MnistRecipes.hard(bench).key();
    ScoredSet log =
        bench.score(
            name,
            MnistTransferSet.plain(bench.train(), bench.trainCount(), label -> true),
            teacher);
    return bench.jobs(condition, log, name, MnistRecipes.softOfEnsemble(bench));
  }
}
